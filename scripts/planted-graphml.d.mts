export function plantedGraphml(options?: {attacked?: number; seed?: number}): string

/** What stderr says of the result: lines of progress show only where the machine is slow. */
export const withoutProgress = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => !/[█░]| {2}\d+ {2}[\d.]+\/s$/.test(line))
    .join('\n')

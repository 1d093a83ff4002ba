/** How edges are chosen; see docs/attack.md. */
export type AttackMethod = 'random' | 'dice' | 'pgd' | 'metattack' | 'nettack'

export interface AttackOptions {
  readonly method: AttackMethod
  /** total number of edges to change; null for nettack, whose budget is perTarget */
  readonly count: number | null
  /** nodes whose predictions are attacked: nettack's targets; null for the others */
  readonly targets: Uint32Array | null
  /** nettack: edges to change at each target */
  readonly perTarget: number
  /** weight of the defence's suspicion against the gain; 0: the attacker does not know the defence */
  readonly adaptive: number
  /** refuse changes that alter the degree distribution noticeably */
  readonly degreeTest: boolean
  /** metattack: edges changed per gradient */
  readonly flipsPerStep: number
  /** pgd: gradient steps, and pairs considered per step */
  readonly iterations: number
  readonly candidates: number
}

export const ATTACK_DEFAULTS = {
  perTarget: 5,
  adaptive: 0,
  degreeTest: false,
  flipsPerStep: 4,
  iterations: 200,
  candidates: 250_000,
} as const

/** The changes of an attack. Pairs are flat [2 k], u < v, sorted. */
export interface Perturbation {
  readonly edges: Uint32Array
  readonly added: Uint32Array
  readonly removed: Uint32Array
  readonly log: AttackLog
}

export interface AttackLog {
  /** loss of the attacker's surrogate, higher is better for the attacker; null: the method has none */
  readonly lossBefore: number | null
  readonly lossAfter: number | null
  /** gradient evaluations, or greedy choices */
  readonly steps: number
}

export interface AttackMetrics {
  nodes: number
  edgesBefore: number
  edgesAfter: number
  added: number
  removed: number
  /** the budget, and how much was used */
  budget: number
  used: number
  /** changed edges as a share of the edges before */
  share: number
  /**
   * share of added (and of removed) edges whose ends have different labels, among pairs with both labels known; null:
   * none
   */
  addedAcross: number | null
  removedAcross: number | null
  /** share of the original edges that connect different classes */
  edgesAcross: number | null
  /** number of targets; 0 for an attack on all nodes */
  targets: number
  lossBefore: number | null
  lossAfter: number | null
  steps: number
  isolatedBefore: number
  isolatedAfter: number
}

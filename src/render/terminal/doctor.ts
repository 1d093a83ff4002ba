import {formatBytes, number} from '../format.js'
import type {DoctorReport} from '../../documents/reports.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish, wrap} from './text.js'
import {verdictLines} from './verdict.js'

/** The result of doctor as text, ready for a bug report. Ends with a newline. */
export function doctorText(report: DoctorReport, options: TerminalOptions): string {
  const {system, packages, drivers, engines} = report.metrics
  const paint = palette(options.colour)
  const {columns} = options
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
  const facts = (pairs: readonly (readonly [string, string])[]) =>
    pairs.flatMap(([name, value]) => indented(wrap(`${name.padEnd(10)} ${value}`, columns - 2, ' '.repeat(11))))
  const figures = engines.map((engine) => [
    engine.name,
    engine.state,
    engine.precision,
    engine.error === null ? '—' : `${engine.error.toExponential(1)} of ${engine.allowed!.toExponential(0)}`,
    engine.gflops === null ? '—' : number(engine.gflops),
    engine.pairsPerSecond === null ? '—' : number(engine.pairsPerSecond / 1e6),
  ])
  return finish([
    ...verdictLines(report.verdict, options),
    '',
    paint.bold('System'),
    ...facts([
      ['surety', report.version],
      ['node', `${system.node}, ${system.platform}, kernel ${system.release}`],
      ['processor', `${system.cpus} × ${system.processor}`],
      ['memory', `${formatBytes(system.memoryBytes)}, ${formatBytes(system.freeBytes)} free`],
      [
        'drivers',
        [
          drivers.nodes === null
            ? 'none to look for on this platform'
            : drivers.nodes.length === 0
              ? 'no device node of a GPU'
              : drivers.nodes.join(', '),
          ...(drivers.nvidia === null ? [] : [`NVIDIA ${drivers.nvidia}`]),
          ...(drivers.vulkanNamed === 'yes' ? ['a Vulkan driver is named in the environment'] : []),
        ].join('; '),
      ],
    ]),
    '',
    paint.bold('Packages'),
    ...indented(
      tableLines(
        {
          head: ['part', 'package', 'version', 'for'],
          rows: packages.map(({part, name, version, purpose}) => [part, name, version ?? 'absent', purpose]),
          align: ['left', 'left', 'left', 'left'],
        },
        columns - 2,
      ),
    ),
    ...absent(packages, columns),
    '',
    paint.bold('Engines'),
    ...indented(
      tableLines(
        {
          head: ['engine', 'state', 'type', 'error', 'GFLOP/s', 'Mpairs/s'],
          rows: figures,
          align: ['left', 'left', 'left', 'left', 'right', 'right'],
        },
        columns - 2,
      ),
    ),
    ...facts(engines.map(({name, detail}) => [name, detail] as const)),
    '',
    paint.bold('--device auto'),
    ...facts(report.engine.tried.map(({name, outcome}) => [name, outcome] as const)),
  ])
}

/** How to get the parts that are absent; a machine without a GPU needs those of the engines least. */
function absent(packages: DoctorReport['metrics']['packages'], columns: number): string[] {
  const commands = new Map(packages.flatMap(({part, install}) => (install === null ? [] : [[part, install] as const])))
  if (commands.size === 0) return []
  return [
    '',
    ...wrap(
      `Absent parts are installed by surety doctor --fix (--part ${[...commands.keys()][0]!} for one of them), or by hand:`,
      columns,
      '',
    ),
    ...[...commands.values()].map((command) => `  ${command}`),
  ]
}

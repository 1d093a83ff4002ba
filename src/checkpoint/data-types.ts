import type {Slices} from '../certify/types.js'
import type {NumericArray} from '../data/named-array.js'
import type {InputFile, Json} from '../frame/report.js'
import type {Targets} from './tasks/targets.js'

/** Inputs and labels of the examples, whatever the file format. */
export interface DataSet {
  readonly rows: number
  /** [rows, …] each; finite */
  readonly inputs: InputArray[]
  /** [rows] class numbers ≥ 0; null: the answers are not one class per row */
  readonly labels: Int32Array | null
  /** the answers as stored, if the task may be other than classes */
  readonly targets?: Targets
  /** [rows] losses computed elsewhere, if the task has nothing else */
  readonly loss?: Float64Array
  /** an option gave the label of tokens that do not count */
  readonly ignoredStated?: boolean
  readonly inputFiles: InputFile[]
  /** the file format; absent: made in memory */
  readonly format?: DataFormat
  /** [rows] the source of each row, if an array gives it */
  readonly groups?: Int32Array
  /** the slice of each row, if an array gives it */
  readonly slices?: Slices
  /** class names by number, if the file has names */
  readonly classNames?: readonly string[] | null
  /** how images and texts were turned into numbers */
  readonly preparation?: Json
  /** present if the examples are texts */
  readonly text?: TextRows
  /** for a part of a data set: its row numbers in the file, and the file's row count */
  readonly rowNumbers?: Uint32Array
  readonly rowsInFile?: number
  /** some rows had no label and were left out */
  readonly unlabelled?: boolean
}

/** A data set with one class per row. */
export type ClassData = DataSet & {readonly labels: Int32Array}

/** The texts of a data set by row, and a function that turns other texts into inputs for the same model. */
export interface TextRows {
  readonly texts: readonly string[]
  readonly encode: (texts: readonly string[]) => InputArray[]
}

export type DataFormat = 'npz' | 'npy' | 'npy-folder' | 'safetensors' | 'parquet' | 'hdf5' | 'csv' | 'images' | 'text'

export interface InputArray {
  readonly name: string
  readonly shape: readonly number[]
  /** the values of all rows; if `read` is given, accessing this produces them all at once */
  readonly data: NumericArray
  /** values of rows first … first + count − 1, for arrays produced batch by batch, such as decoded images */
  readonly read?: (first: number, count: number) => NumericArray
  /** smallest and largest possible value, if known */
  readonly possible?: [number, number]
}

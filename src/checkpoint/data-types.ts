import type {Slices} from '../certify/types.js'
import type {NumericArray} from '../data/named-array.js'
import type {InputFile, Json} from '../frame/report.js'
import type {Targets} from './tasks/targets.js'

/** Inputs and labels of the examples, whatever file they came from. */
export interface DataSet {
  readonly rows: number
  /** [rows, …] each; finite */
  readonly inputs: InputArray[]
  /** [rows] class numbers ≥ 0; null: the answers are no classes of rows */
  readonly labels: Int32Array | null
  /** the answers as they are stored, where another task than classes may be meant */
  readonly targets?: Targets
  /** [rows] losses that were computed elsewhere, where a task has nothing else */
  readonly loss?: Float64Array
  /** an option said which label of a token does not count */
  readonly ignoredStated?: boolean
  readonly inputFiles: InputFile[]
  /** what the examples were stored in; absent: made in memory */
  readonly format?: DataFormat
  /** [rows] which source each row is of, where one array says so */
  readonly groups?: Int32Array
  /** which slice each row lies in, where one array says so */
  readonly slices?: Slices
  /** names of the classes by number, where the file has names */
  readonly classNames?: readonly string[] | null
  /** how examples became numbers: of images and texts */
  readonly preparation?: Json
  /** where the examples were texts */
  readonly text?: TextRows
  /** of a part of a data set: its rows in the file, and how many there are */
  readonly rowNumbers?: Uint32Array
  readonly rowsInFile?: number
  /** some rows had no label and were left out */
  readonly unlabelled?: boolean
}

/** Rows with one class each. */
export type ClassData = DataSet & {readonly labels: Int32Array}

/** The texts of a data set, row by row, and what makes inputs for the same model of other texts in their place. */
export interface TextRows {
  readonly texts: readonly string[]
  readonly encode: (texts: readonly string[]) => InputArray[]
}

export type DataFormat = 'npz' | 'npy' | 'npy-folder' | 'safetensors' | 'parquet' | 'hdf5' | 'csv' | 'images' | 'text'

export interface InputArray {
  readonly name: string
  readonly shape: readonly number[]
  /** the values of all rows; where `read` is given, asking for them makes them all at once */
  readonly data: NumericArray
  /** values of rows first … first + count − 1, for arrays that are made batch by batch, such as decoded images */
  readonly read?: (first: number, count: number) => NumericArray
  /** least and largest value there can be, where it is known */
  readonly possible?: [number, number]
}

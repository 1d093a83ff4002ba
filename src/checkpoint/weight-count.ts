import type {TensorFlow} from './tensorflow.js'

let models = 0

/**
 * The name of an initializer that sets a model's weights to zero and counts them: a configuration that needs more
 * numbers than its file holds fails before they are allocated.
 */
export function countingInitializer({tf}: TensorFlow, limit: number): string {
  let count = 0
  const name = `SuretyZeros${models++}`
  class Zeros extends tf.serialization.Serializable {
    static readonly className = name
    apply(shape: number[]) {
      count += shape.reduce((product, length) => product * length, 1)
      if (!(count <= limit)) throw new Error(`it has more weights than the ${limit} numbers that the file holds`)
      return tf.zeros(shape)
    }
    getConfig() {
      return {}
    }
  }
  tf.serialization.registerClass(Zeros)
  return name
}

import {expect, it, vi} from 'vitest'
import {hdf5Limits} from '../../src/data/hdf5.js'
import {hdf5Content} from '../../src/data/hdf5-content.js'

// The library keeps the console that it finds when it is loaded, so nothing else in this file may load it.
it('what the library says of a damaged file goes nowhere', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await expect(hdf5Content(new Uint8Array(8), 'x.h5', hdf5Limits())).rejects.toThrow(
    'x.h5: is not a readable HDF5 file',
  )
  const h5 = await import('h5wasm')
  // As it is when it stops: it prints instead of throwing.
  ;(await h5.ready).deactivate_throwing_error_handler()
  expect(new h5.File('/missing.h5', 'r').file_id).toBe(-1n)
  expect(said).not.toHaveBeenCalled()
})

import {expect, it, vi} from 'vitest'
import {quietly} from '../../src/frame/silence-console.js'

it('drops what runs inside write to the console, to the end of the last, and gives their results and errors', async () => {
  const {console: talk} = globalThis
  const warn = vi.spyOn(talk, 'warn').mockReturnValue()
  try {
    expect(quietly(() => (talk.warn('inside'), 3))).toBe(3)
    expect(() => quietly(() => void JSON.parse('{'))).toThrow(SyntaxError)
    talk.warn('between')
    let finish = () => {}
    const slow = quietly(async () => {
      await new Promise<void>((resolve) => (finish = resolve))
      talk.warn('inside')
      return 4
    })
    await expect(quietly(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    talk.warn('while another still runs')
    finish()
    expect(await slow).toBe(4)
    talk.warn('after')
    expect(warn.mock.calls.flat()).toEqual(['between', 'after'])
  } finally {
    warn.mockRestore()
  }
})

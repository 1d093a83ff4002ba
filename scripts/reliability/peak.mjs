// node --import ./scripts/reliability/peak.mjs …: writes the peak of the process's resident memory, in bytes, to the file $SURETY_PEAK_FILE when it ends.
import {writeFileSync} from 'node:fs'

process.on('exit', () => {
  if (process.env.SURETY_PEAK_FILE)
    writeFileSync(process.env.SURETY_PEAK_FILE, String(process.resourceUsage().maxRSS * 1024))
})

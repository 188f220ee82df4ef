// Preloaded into a manager whose exit code a test asks for: leaves it in a file when the process ends by itself.
import { writeFileSync } from 'node:fs'

const file = process.env['KEYFERRY_TEST_EXIT_CODE_FILE']
if (file !== undefined) process.on('exit', (code) => writeFileSync(file, String(code)))

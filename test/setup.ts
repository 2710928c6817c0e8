import { fileURLToPath } from 'node:url'

// Before anything imports sharp: pixels must not depend on the fonts of the machine (see templates/fonts).
process.env['FONTCONFIG_FILE'] = fileURLToPath(new URL('../templates/fonts/fonts.conf', import.meta.url))

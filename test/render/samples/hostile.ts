/** Text that tries to be markup, a terminal command and a table cell at once, and hides its end. */
export const HOSTILE = `"><script>alert('x')</script>&amp;]]>\x1b[31m|**bold**\u202e\n\0`

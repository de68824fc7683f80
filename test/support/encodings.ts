/** How editors save text: each turns it into the bytes of a file. */
export const ENCODINGS = {
  'UTF-8': (text: string): Buffer => Buffer.from(text),
  'UTF-8 with a mark': (text: string): Buffer => Buffer.from(`\uFEFF${text}`),
  'UTF-16': (text: string): Buffer => Buffer.from(text, 'utf16le'),
  'UTF-16 with a mark': (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'UTF-16, the other byte order': (text: string): Buffer => Buffer.from(text, 'utf16le').swap16(),
  'UTF-16, the other byte order, with a mark': (text: string): Buffer =>
    Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
}

// Recognizes text files in another encoding than UTF-8. Some editors and shells on Windows write UTF-16.

const UTF16 =
  'expected UTF-8, found UTF-16. Save the file as UTF-8: with Set-Content -Encoding utf8 in PowerShell, or with ' +
  '"Save as" and the encoding UTF-8 in Notepad';

/** Whether the bytes start with a byte order mark of UTF-16, or with a character of ASCII as UTF-16 has it. */
function isUtf16([first, second]: Uint8Array): boolean {
  if (first === undefined || second === undefined) return false;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || (first === 0) !== (second === 0);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Returns why the bytes are no UTF-8 text and what to do, or undefined if they are. */
export function encodingProblem(bytes: Uint8Array): string | undefined {
  if (isUtf16(bytes)) return UTF16;
  return isUtf8(bytes) ? undefined : 'expected UTF-8, found another encoding. Save the file as UTF-8';
}

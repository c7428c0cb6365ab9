/** Takes the chunked framing off an answer's body and returns head and body. */
export const parseAnswer = (bytes: Buffer): { readonly head: string; readonly body: Buffer } => {
  const split = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, split).toString('latin1');
  let rest = bytes.subarray(split + 4);
  if (!/^transfer-encoding: chunked$/im.test(head)) return { head, body: rest };
  const parts: Buffer[] = [];
  for (;;) {
    const line = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.subarray(0, line).toString('latin1'), 16);
    if (!(size > 0)) return { head, body: Buffer.concat(parts) };
    parts.push(rest.subarray(line + 2, line + 2 + size));
    rest = rest.subarray(line + 4 + size);
  }
};

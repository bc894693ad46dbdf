import { StringDecoder } from "node:string_decoder";

/**
 * Takes what is printed to the streams, line by line, until it is disposed: a driver's `console.log` must not tear the
 * lines that are being drawn. A last line without its end is given then.
 */
export function captureOutput(
  streams: readonly NodeJS.WriteStream[],
  onLine: (line: string) => void,
): Disposable {
  const captures = streams.map((stream) => capture(stream, onLine));
  return {
    [Symbol.dispose]() {
      for (const release of captures) release();
    },
  };
}

function capture(stream: NodeJS.WriteStream, onLine: (line: string) => void): () => void {
  const original = stream.write.bind(stream);
  const decoder = new StringDecoder("utf8");
  let open = "";
  const take = (text: string): void => {
    const lines = (open + text).split("\n");
    open = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
  const write = (
    chunk: string | Uint8Array,
    second?: BufferEncoding | ((error?: Error | null) => void),
    third?: (error?: Error | null) => void,
  ): boolean => {
    const encoding = typeof second === "string" ? second : "utf8";
    take(decoder.write(typeof chunk === "string" ? Buffer.from(chunk, encoding) : Buffer.from(chunk)));
    const done = typeof second === "function" ? second : third;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = write;
  return () => {
    stream.write = original;
    if (open !== "") onLine(open);
  };
}

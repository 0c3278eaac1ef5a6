// Fetches and compiles the program of all roles while it comes, away from the page's own thread. Answers with
// the module, or with what went wrong, in words.

async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
  // A host that serves it under another type cannot have it compiled on the way.
  if (response.headers.get("content-type")?.startsWith("application/wasm")) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

compile(new URL("../../wasm/sotto_bg.wasm", import.meta.url)).then(
  (module) => self.postMessage(module),
  (error: unknown) => self.postMessage(String(error)),
);

// Imports a script as it is served, with all its names of the top level, which the page's own copy keeps to itself.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const DECLARED = /^(?:const|let|class|(?:async )?function\*?) (\w+)/gm;

// path: as in the repository. The result has what the script exports as `default`, and the rest by name.
export async function load(path) {
    const script = join(process.env.FAIREST_SERVED, path);
    const text = await readFile(script, "utf-8");
    const names = [...text.matchAll(DECLARED)].map(([, name]) => name);
    const module = script.replace(/\.js$/, ".exported.mjs");
    await writeFile(module, `${text}\nexport { ${names.join(", ")} };\n`);
    return import(pathToFileURL(module));
}

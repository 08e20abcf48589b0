#!/usr/bin/env node
// Open and check a hybrid (or classic) evidence package with implementations that are not Corridor's: age by npm's
// `age-encryption`, DSSE by `@sigstore/core`, digests by Node.
//
//   npm ci; node examples/open_hybrid.mjs PACKAGE KEY DEST [NUMBER]
//
// PACKAGE is the package's folder, KEY your age identity file, DEST a folder that does not exist yet, and NUMBER the
// package number you were told by another way. The State keys that certify officers are those in PACKAGE/trust:
// compare them with the directory, or with the States, before relying on them. Log proofs and time tokens are not
// looked at here: open_with_stock_tools.sh shows how.
import { createHash, createPublicKey } from "node:crypto";
import { createReadStream, existsSync, lstatSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, writeSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { Decrypter, identityToRecipient } from "age-encryption";
import sigstore from "@sigstore/core";

function stop(why) {
  console.error(`STOP: ${why}`);
  process.exit(1);
}
if (process.argv.length < 5) {
  console.error("usage: open_hybrid.mjs PACKAGE KEY DEST [NUMBER]");
  process.exit(3);
}
const [folder, keyFile, dest] = process.argv.slice(2, 5).map((path) => resolve(path));
const number = process.argv[5];
if (existsSync(dest)) stop(`${dest} exists`);

const read = (name) => readFileSync(join(folder, name));
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
async function fileDigest(name) {
  const hash = createHash("sha256");
  for await (const block of createReadStream(join(folder, name))) hash.update(block);
  return hash.digest("hex");
}
function* walk(name) {
  for (const entry of readdirSync(join(folder, name)).sort()) {
    const path = name ? `${name}/${entry}` : entry;
    const facts = lstatSync(join(folder, path));
    if (facts.isDirectory()) yield* walk(path);
    else if (facts.isFile()) yield path;
    else stop(`${path} is no file`);
  }
}

// 1. Nothing altered, nothing missing, nothing added to what was fixed at sealing.
const listed = new Map();
for (const manifest of ["tagmanifest-sha256.txt", "manifest-sha256.txt"]) {
  for (const line of read(manifest).toString().split("\n").slice(0, -1)) {
    const found = /^([0-9a-f]{64}) {2}((?:data|index)\/[a-z0-9/-]+\.age|[A-Za-z0-9-]+\.txt)$/.exec(line);
    if (!found) stop(`${manifest} is malformed`);
    listed.set(found[2], found[1]);
  }
}
for (const [name, digest] of listed) {
  if (!existsSync(join(folder, name))) stop(`${name} is missing`);
  if ((await fileDigest(name)) !== digest) stop(`${name} was altered`);
}
for (const name of walk("")) {
  const grows = /^(package-key|custody|trust)\//.test(name) || name === "tagmanifest-sha256.txt";
  if (!grows && !listed.has(name)) stop(`${name} was added`);
}
const id = sha256(read("tagmanifest-sha256.txt"));
console.log(`package number: ${id}`);
if (number && number !== id) stop(`this is not package ${number}`);
const info = new Map(
  read("bag-info.txt").toString().trimEnd().split("\n").map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
);

// 2. Custody: each statement signed by an officer, each officer certified by a State.
function publicKey(record) {
  if (record.scheme === "ed25519") {
    const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(record.keyval.public, "hex")]);
    return createPublicKey({ key: der, format: "der", type: "spki" });
  }
  if (record.scheme === "ecdsa-sha2-nistp256") return createPublicKey(record.keyval.public);
  return stop(`signatures of scheme ${record.scheme} are not checked here`);
}
function verifyEnvelope(envelope, key, what) {
  const signature = envelope.signatures.find((each) => each.keyid === key?.keyid);
  if (!signature) stop(`${what}: not signed by the key it should be`);
  const pae = sigstore.dsse.preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, "base64"));
  const hash = key.scheme === "ed25519" ? undefined : "sha256";
  if (!sigstore.crypto.verify(pae, publicKey(key), Buffer.from(signature.sig, "base64"), hash)) stop(`${what}: signature does not hold`);
  return { id: sha256(pae), body: JSON.parse(Buffer.from(envelope.payload, "base64").toString()) };
}
const names = existsSync(join(folder, "custody")) ? readdirSync(join(folder, "custody")) : [];
const statements = new Map();
for (const name of names.filter((each) => each.endsWith(".dsse.json")).sort()) {
  const envelope = JSON.parse(read(`custody/${name}`).toString());
  const claimed = JSON.parse(Buffer.from(envelope.payload, "base64").toString()).predicate;
  if (!/^[A-Z]{3}$/.test(claimed.state) || !existsSync(join(folder, `trust/${claimed.state}.json`))) stop(`${name}: no keys of its State in trust/`);
  const trusted = JSON.parse(read(`trust/${claimed.state}.json`).toString()).keys;
  const issuer = trusted.find((key) => key.keyid === claimed.credential.signatures[0].keyid);
  const credential = verifyEnvelope(claimed.credential, issuer, `${name}, credential`).body;
  if (credential.state !== claimed.state || !credential.powers.includes("custody")) stop(`${name}: not certified for custody`);
  const statement = verifyEnvelope(envelope, credential.key, name);
  const { predicate, subject } = statement.body;
  if (!(credential.not_before <= predicate.at && predicate.at < credential.not_after)) stop(`${name}: credential not good at its time`);
  if (predicate.kind !== "collected" && subject[0].digest.sha256 !== id) stop(`${name} is about another package`);
  if (name !== `${statement.id.slice(0, 16)}-${predicate.kind}.dsse.json`) stop(`${name} is another statement's name`);
  statements.set(statement.id, predicate);
  console.log(`${predicate.at} ${predicate.kind} by ${predicate.state}, officer ${credential.number}`);
}
for (const predicate of statements.values()) {
  if (!predicate.follows.every((each) => statements.has(each))) stop("a statement follows one that is not here");
}
const sealings = [...statements.values()].filter((predicate) => predicate.kind === "sealed");
if (sealings.length > 1) stop("more than one statement says who sealed the package");
if (!sealings.length) console.log("NOTE: no signed statement says who sealed this package");
else if (sealings[0].package.recipient !== sha256(info.get("Corridor-Recipient"))) stop("sealed to another key");

// 3. The package key, from your own wrap. It stays in memory.
const identity = readFileSync(keyFile).toString().split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-"));
if (!identity) stop("no identity in your key file");
const wrap = `package-key/${sha256(await identityToRecipient(identity.trim()))}.age`;
if (!existsSync(join(folder, wrap))) stop("no wrap for your key: ask a custodian for one");
const own = new Decrypter();
own.addIdentity(identity.trim());
const secret = await own.decrypt(read(wrap), "text");
if (!secret.includes(`\n# package: ${info.get("External-Identifier")}\n`)) stop("the wrap is of another package");
const key = secret.split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-"));
if ((await identityToRecipient(key)) !== info.get("Corridor-Recipient")) stop("the wrap holds another key");
const decrypter = new Decrypter();
decrypter.addIdentity(key);
const unseal = (name) => decrypter.decrypt(read(name));
async function* stream(unit, parts) {
  for (let part = 0; part < parts; part++) {
    const file = createReadStream(join(folder, `data/${unit}/${String(part).padStart(5, "0")}.age`));
    yield* await decrypter.decrypt(Readable.toWeb(file));
  }
}
function* members(plain) {
  for (let place = 0; plain[place]; ) {
    const field = (start, size) => Buffer.from(plain.subarray(place + start, place + start + size)).toString().replace(/\0.*$/s, "");
    const size = parseInt(field(124, 12), 8);
    if (!/^[0-9]+$/.test(field(0, 100)) || field(156, 1) !== "0" || !(size >= 0)) stop("a pack holds more than plain files");
    yield [field(0, 100), plain.subarray(place + 512, place + 512 + size)];
    place += 512 + size + ((512 - (size % 512)) % 512);
  }
}

// 4. Every item, to its own name, compared with the digest in the index.
mkdirSync(dest, { mode: 0o700 });
let count = 0;
let pack = ["", new Map()];
for (const part of readdirSync(join(folder, "index")).filter((name) => /^[0-9]+\.age$/.test(name)).sort()) {
  const lines = Buffer.from(await unseal(`index/${part}`)).toString().split("\n").slice(1, -1);
  for (const record of lines.map((line) => JSON.parse(line))) {
    const place = record["corridor:place"];
    const facet = Object.fromEntries(record["uco-core:hasFacet"].map((each) => [each["@type"], each]));
    const name = facet["uco-observable:FileFacet"]["uco-observable:filePath"];
    if (!name || name.includes("\0") || name.split("/").some((each) => ["", ".", ".."].includes(each))) stop(`item ${place["corridor:item"]}: its name is not one to unpack here`);
    const target = join(dest, name);
    if (record["corridor:state"] === "folder") mkdirSync(target, { recursive: true });
    const content = facet["uco-observable:ContentDataFacet"];
    if (!content) continue;
    const [unit, member] = [place["corridor:unit"], place["corridor:member"]];
    if (!/^(pack-)?[0-9]+$/.test(unit)) stop(`item ${place["corridor:item"]}: no such unit`);
    if (member && pack[0] !== unit) pack = [unit, new Map(members(await unseal(`data/${unit}/00000.age`)))];
    mkdirSync(dirname(target), { recursive: true });
    const file = openSync(target, "wx", 0o600);
    const hash = createHash("sha256");
    for await (const block of member ? [pack[1].get(member)] : stream(unit, place["corridor:parts"])) {
      hash.update(block);
      for (let written = 0; written < block.length; ) written += writeSync(file, block, written);
    }
    closeSync(file);
    if (hash.digest("hex") !== content["uco-observable:hash"][0]["uco-types:hashValue"]["@value"]) stop(`item ${place["corridor:item"]} is not what was sealed`);
    count += 1;
  }
}
console.log(`${count} items opened into ${dest}, each with the digest the index gives`);

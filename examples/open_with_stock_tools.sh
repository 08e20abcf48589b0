#!/bin/bash
# Open and check a classic evidence package with age, sha256sum, openssl and jq alone: nothing of Corridor is used.
#
#   examples/open_with_stock_tools.sh PACKAGE KEY DEST [NUMBER]
#
# PACKAGE is the package's folder, KEY your age identity file, DEST a folder that does not exist yet, and NUMBER the
# package number you were told by another way (an act, a letter, a telephone call). The State keys that certify
# officers are those in PACKAGE/trust: compare them with the directory, or with the States, before relying on them.
set -euo pipefail
umask 077

missing=()
for tool in age age-keygen sha256sum openssl jq tar; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if ((${#missing[@]})); then
  echo "Please install age, coreutils, openssl, jq and tar (Debian: apt-get install age openssl jq); missing: ${missing[*]}" >&2
  exit 3
fi
if (($# < 3)); then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 3
fi
package=$(realpath "$1") key=$(realpath "$2") dest=$(realpath -m "$3") number=${4:-}
stop() {
  echo "STOP: $*" >&2
  exit 1
}
[[ ! -e $dest ]] || stop "$dest exists"
cd "$package"
grep -qx 'Corridor-Class: classic' bag-info.txt || stop "not a classic package: a hybrid one needs age 1.3 or later (or open_hybrid.mjs)"

# 1. Nothing altered, nothing missing, nothing added to what was fixed at sealing.
sha256sum --strict --quiet -c tagmanifest-sha256.txt || stop "a file was altered"
sha256sum --strict --quiet -c manifest-sha256.txt || stop "a payload file was altered"
listed=$(cat tagmanifest-sha256.txt manifest-sha256.txt | cut -c67- | sort)
present=$(find . -type f ! -path './package-key/*' ! -path './custody/*' ! -path './trust/*' ! -name tagmanifest-sha256.txt |
  cut -c3- | sort)
[[ $listed == "$present" ]] || stop "a file is missing or was added"
id=$(sha256sum tagmanifest-sha256.txt | cut -c1-64)
echo "package number: $id"
[[ -z $number || $number == "$id" ]] || stop "this is not package $number"

# 2. Custody: each statement signed by an officer, each officer certified by a State.
bytes() { printf "$(sed 's/../\\x&/g' <<<"$1")"; }
public_key() { # a key as JSON on standard input -> PEM
  local record kind
  record=$(cat)
  kind=$(jq -r .scheme <<<"$record")
  case $kind in
    ed25519) bytes "302a300506032b6570032100$(jq -r .keyval.public <<<"$record")" | openssl pkey -pubin -inform DER ;;
    ecdsa-sha2-nistp256) jq -r .keyval.public <<<"$record" ;;
    *) stop "this openssl does not check signatures of scheme $kind" ;;
  esac
}
check_envelope() { # envelope.json, key as JSON, what it is
  local work type size
  work=$(mktemp -d)
  jq -r .payload <"$1" | base64 -d >"$work/payload"
  type=$(jq -r .payloadType <"$1")
  size=$(stat -c %s "$work/payload")
  { printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$size" && cat "$work/payload"; } >"$work/pae"
  envelope_id=$(sha256sum <"$work/pae" | cut -c1-64)
  jq -r --arg id "$(jq -r .keyid <<<"$2")" '.signatures[] | select(.keyid == $id) | .sig' <"$1" | base64 -d >"$work/sig"
  public_key <<<"$2" >"$work/key.pem"
  if [[ $(jq -r .scheme <<<"$2") == ed25519 ]]; then
    openssl pkeyutl -verify -rawin -pubin -inkey "$work/key.pem" -in "$work/pae" -sigfile "$work/sig" >/dev/null || stop "$3: signature does not hold"
  else
    openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/sig" "$work/pae" >/dev/null || stop "$3: signature does not hold"
  fi
  rm -r "$work"
}
hash_of() { bytes "$1" | sha256sum | cut -c1-64; } # of bytes given in hex
hex_of() { base64 -d <<<"$1" | od -An -v -tx1 | tr -d ' \n'; }
checkpoint() { sed '1,/^$/d' "$1"; }                   # the signed note in a tlog-proof
checkpoint_text() { checkpoint "$1" | sed '/^$/,$d'; } # what of it is signed: origin, size, root
check_proof() { # proof, the statement's id, the State it was logged by
  local origin size root index found last sibling lines key work
  { read -r origin && read -r size && read -r root; } < <(checkpoint_text "$1")
  [[ $size =~ ^[0-9]+$ ]] || stop "$1: malformed"
  # The log's signature (C2SP signed-note): 4 bytes that name the key, then Ed25519 over the text.
  key=$(jq --arg origin "$origin" '[.logs[]? | select(.origin == $origin).key][0] // empty' "trust/$3.json")
  if [[ -z $key ]]; then
    echo "  NOTE: logged in $origin, whose key is not in trust/"
    return
  fi
  work=$(mktemp -d)
  public_key <<<"$key" >"$work/key.pem"
  checkpoint_text "$1" >"$work/text"
  lines=$(checkpoint "$1" | sed '1,/^$/d' | while read -r _ name signature; do if [[ $name == "$origin" ]]; then echo "$signature"; fi; done)
  [[ -n $lines && $lines != *$'\n'* ]] || stop "$1: not signed once by $origin"
  base64 -d <<<"$lines" | tail -c +5 >"$work/sig"
  openssl pkeyutl -verify -rawin -pubin -inkey "$work/key.pem" -in "$work/text" -sigfile "$work/sig" >/dev/null || stop "$1: the log's signature does not hold"
  rm -r "$work"
  # RFC 9162 section 2.1.3.2: from the leaf up to the root.
  index=$(sed -n '/^$/q; s/^index \([0-9]*\)$/\1/p' "$1")
  [[ -n $index ]] && ((index < size)) || stop "$1: malformed"
  last=$((size - 1)) found=$(hash_of "00$2")
  for sibling in $(sed -n '/^$/q; 2,$p' "$1" | grep -Ev '^(index|extra) '); do
    sibling=$(hex_of "$sibling")
    ((last > 0)) || stop "$1: shows nothing"
    if ((index % 2 == 1 || index == last)); then
      found=$(hash_of "01$sibling$found")
      while ((index % 2 == 0 && index > 0)); do index=$((index / 2)) last=$((last / 2)); done
    else
      found=$(hash_of "01$found$sibling")
    fi
    index=$((index / 2)) last=$((last / 2))
  done
  ((last == 0)) && [[ $found == "$(hex_of "$root")" ]] || stop "$1: the log does not hold this statement"
  echo "  logged in $origin, in the first $size entries"
}
check_time() { # RFC 3161 token, digest it must be over
  local at
  if [[ -z $(echo trust/tsa/*.pem) ]]; then
    echo "  NOTE: a time token, and no authority's certificate in trust/"
    return
  fi
  at=$(openssl ts -reply -in "$1" -text 2>/dev/null | sed -n 's/^Time stamp: //p')
  [[ -n $at ]] || stop "$1: no time token"
  openssl ts -verify -in "$1" -digest "$2" -CAfile <(cat trust/tsa/*.pem) -untrusted <(cat trust/tsa/*.pem) -attime "$(date -d "$at" +%s)" >/dev/null 2>&1 ||
    stop "$1: not over this statement, or not by an authority in trust/"
  echo "  seen by a time-stamping authority at $(date -u -d "$at" +%Y-%m-%dT%H:%M:%SZ)"
}
shopt -s nullglob
sealings=0
ids=" "
for file in custody/*.dsse.json; do
  statement=$(jq -r .payload <"$file" | base64 -d)
  kind=$(jq -r .predicate.kind <<<"$statement") state=$(jq -r .predicate.state <<<"$statement")
  [[ $state =~ ^[A-Z]{3}$ && -e trust/$state.json ]] || stop "$file: no keys of its State in trust/"
  work=$(mktemp)
  jq .predicate.credential <<<"$statement" >"$work"
  credential=$(jq -r .payload <"$work" | base64 -d)
  signer=$(jq -r '.signatures[0].keyid' <"$work")
  check_envelope "$work" "$(jq --arg id "$signer" '.keys[] | select(.keyid == $id)' <"trust/$state.json")" "$file, credential"
  rm "$work"
  jq -e --arg state "$state" '.state == $state and (.powers | index("custody"))' <<<"$credential" >/dev/null || stop "$file: not certified for custody"
  check_envelope "$file" "$(jq .key <<<"$credential")" "$file"
  jq -e --arg at "$(jq -r .predicate.at <<<"$statement")" '.not_before <= $at and $at < .not_after' <<<"$credential" >/dev/null || stop "$file: credential not good at its time"
  [[ $kind == collected || $(jq -r '.subject[0].digest.sha256' <<<"$statement") == "$id" ]] || stop "$file is about another package"
  if [[ $kind == sealed ]]; then sealings=$((sealings + 1)); fi
  ids+="$envelope_id "
  [[ $file == "custody/${envelope_id:0:16}-$kind.dsse.json" ]] || stop "$file is under another statement's name"
  echo "$(jq -r .predicate.at <<<"$statement") $kind by $state, officer $(jq -r .number <<<"$credential")"
  # What shows that the statement was there by then: a log that holds it, and time-stamping authorities.
  begin=${file%.dsse.json}
  if [[ -e $begin.tlog-proof ]]; then check_proof "$begin.tlog-proof" "$envelope_id" "$state"; fi
  for token in "$begin".*.tsr; do
    if [[ $token == "$begin".checkpoint.* ]]; then
      [[ -e $begin.tlog-proof ]] || stop "$token: the checkpoint it is about is not here"
      check_time "$token" "$(checkpoint_text "$begin.tlog-proof" | sha256sum | cut -c1-64)"
    else
      check_time "$token" "$envelope_id"
    fi
  done
done
for file in custody/*.dsse.json; do
  for before in $(jq -r .payload <"$file" | base64 -d | jq -r '.predicate.follows[]'); do
    [[ $ids == *" $before "* ]] || stop "$file follows a statement that is not here"
  done
done
((sealings <= 1)) || stop "more than one statement says who sealed the package"
((sealings == 1)) || echo "NOTE: no signed statement says who sealed this package"

# 3. The package key, from your own wrap. It stays in memory.
wrap=package-key/$(printf %s "$(age-keygen -y "$key")" | sha256sum | cut -c1-64).age
[[ -e $wrap ]] || stop "no wrap for your key: ask a custodian for one"
secret=$(age -d -i "$key" "$wrap")
[[ $secret == *"# package: $(sed -n 's/^External-Identifier: //p' bag-info.txt)"$'\n'* ]] || stop "the wrap is of another package"
unseal() { age -d -i <(printf '%s\n' "$secret") "$1"; }

# 4. Every item, to its own name, compared with the digest in the index.
mkdir "$dest"
count=0
for part in index/[0-9]*.age; do
  while IFS=$'\t' read -r item state unit member sum name; do
    [[ $name != /* && /$name/ != */../* && /$name/ != */./* && $name != *\\* ]] || stop "item $item: its name is not one to unpack here"
    if [[ $state == folder ]]; then mkdir -p "$dest/$name"; fi
    if [[ $unit == - ]]; then continue; fi
    mkdir -p "$dest/$(dirname "$name")"
    [[ ! -e $dest/$name ]] || stop "item $item: its name is taken"
    for file in "data/$unit"/*.age; do unseal "$file"; done |
      if [[ $member == - ]]; then cat; else tar -xOf - "$member"; fi >"$dest/$name"
    [[ $(sha256sum <"$dest/$name" | cut -c1-64) == "$sum" ]] || stop "item $item is not what was sealed"
    count=$((count + 1))
  done < <(unseal "$part" | tail -n +2 | jq -r '
    (.["uco-core:hasFacet"] | map({(.["@type"]): .}) | add) as $facet
    | .["corridor:place"] as $place
    | [$place["corridor:item"], .["corridor:state"], ($place["corridor:unit"] // "-"), ($place["corridor:member"] // "-"),
       ($facet["uco-observable:ContentDataFacet"]["uco-observable:hash"][0]["uco-types:hashValue"]["@value"] // "-"),
       $facet["uco-observable:FileFacet"]["uco-observable:filePath"]] | @tsv')
done
echo "$count items opened into $dest, each with the digest the index gives"

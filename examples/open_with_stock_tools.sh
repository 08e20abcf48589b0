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
grep -qx 'Corridor-Class: classic' bag-info.txt || stop "not a classic package: a hybrid one needs age 1.3 or later"

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
  jq -r --arg id "$(jq -r .keyid <<<"$2")" '.signatures[] | select(.keyid == $id) | .sig' <"$1" | base64 -d >"$work/sig"
  public_key <<<"$2" >"$work/key.pem"
  if [[ $(jq -r .scheme <<<"$2") == ed25519 ]]; then
    openssl pkeyutl -verify -rawin -pubin -inkey "$work/key.pem" -in "$work/pae" -sigfile "$work/sig" >/dev/null || stop "$3: signature does not hold"
  else
    openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/sig" "$work/pae" >/dev/null || stop "$3: signature does not hold"
  fi
  rm -r "$work"
}
shopt -s nullglob
sealings=0
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
  echo "$(jq -r .predicate.at <<<"$statement") $kind by $state, officer $(jq -r .number <<<"$credential")"
done
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
    | [.["corridor:item"], .["corridor:state"], (.["corridor:unit"] // "-"), (.["corridor:member"] // "-"),
       ($facet["uco-observable:ContentDataFacet"]["uco-observable:hash"][0]["uco-types:hashValue"]["@value"] // "-"),
       $facet["uco-observable:FileFacet"]["uco-observable:filePath"]] | @tsv')
done
echo "$count items opened into $dest, each with the digest the index gives"

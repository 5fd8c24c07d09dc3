"""The plain text pages of a bundle."""

from __future__ import annotations

from .bag import CHAIN, COVERED, PAYLOAD, SIGNATURE, STAMP, TAGS
from .sshsig import NAMESPACE, Signer

NAMESPACE_LINE = f'namespaces="{NAMESPACE}"'


def verify_text(signer: Signer | None) -> bytes:
    """`VERIFY.txt`: the commands of stock tools, and where trust must come from."""
    principal = (signer.principal if signer else "") or "PRINCIPAL"
    signed = "" if signer else "This bundle was built without a signature: steps 1 to 3 show integrity only.\n"
    listed = ", ".join(("data", *sorted(COVERED), TAGS, f"{SIGNATURE}*", CHAIN))
    return f"""How to verify this bundle with stock tools. Run the commands inside this directory.
{signed}
1. The tag files are unchanged:
     sha256sum --strict -c {TAGS}

2. Every payload file is unchanged:
     sha256sum --strict --quiet -c {PAYLOAD}

3. No file was added (both lines must give the Payload-Oxum of bag-info.txt, BYTES.FILES):
     find data -type f -printf '%s\\n' | awk '{{ b += $1; n++ }} END {{ printf "%d.%d\\n", b, n }}'
     grep Payload-Oxum bag-info.txt
   Nothing but files and folders in use is here (the first command must print nothing, the second these names and no others:
   {listed}):
     find . ! -type f ! -type d -o -type d -empty
     ls -A

4. The signature is by a key you trust. Get the file allowed_signers from the operator by another way than this bundle;
   each of its lines reads
     {principal} {NAMESPACE_LINE} KEYTYPE KEY
   then:
     ssh-keygen -Y verify -f allowed_signers -I {principal} -n {NAMESPACE} -s {SIGNATURE} < {TAGS}
   Expected: Good "{NAMESPACE}" signature for {principal}

5. Where there is {STAMP}: the signature existed before the time it tells. ROOT.pem is the authority's root, from the authority itself:
     openssl ts -verify -data {SIGNATURE} -in {STAMP} -CAfile ROOT.pem -untrusted {CHAIN}
     openssl ts -reply -in {STAMP} -text
   A second signature ({SIGNATURE}.2) is verified as in step 4, with its own name and signer. What these two files prove is theirs
   alone: that one is missing is noticed by nobody who did not expect it.

The tool does all of this, and checks that results, scope, requirements and witnesses agree:
     manrs bundle verify . --allowed-signers allowed_signers

The root of this bundle is the SHA-256 of {TAGS}. A later bundle names it as Previous-Root.
A key that has expired since can be judged at the time of the run with  -Overify-time=YYYYMMDDHHMMSSZ.
""".encode()


def replay_text(replayable: bool) -> bytes:
    """`REPLAY.txt`: how to evaluate again from the bundle alone."""
    if not replayable:
        return b"This bundle holds excerpts only (mode lite): it can be verified, but not evaluated again.\n"
    return b"""How to evaluate this audit again from this bundle alone, without any network or router.

1. Install the engine that made it, from this bundle, with the packages it needs in the versions that ran (Python 3.11 or later):
     python3 -m venv replay
     replay/bin/pip install -r data/tool/requirements.lock
     replay/bin/pip install --no-index --no-deps data/tool/wheels/*.whl
   The first pip takes the packages from wherever it is set to, and only archives with the digests of the lock (where the lock has
   them); add  --no-index --find-links DIR  when you have them as files.
   data/tool/sbom.cdx.json lists them (CycloneDX), data/tool/engine.json holds the SHA-256 of every file of the engine.

2. Run:
     replay/bin/manrs bundle replay .

     replay/bin/manrs bundle config . DEVICE       shows a redacted configuration, also where it is stored in blocks (data/objects)

It reads the redacted configurations and states, the intent, the waivers and the exact bytes of the reference data, judges them at
the time as_of of run.json, and must give data/results.jsonl again byte for byte.
"""

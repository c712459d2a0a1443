#!/usr/bin/env python3
"""Breaks the fake on purpose, in one place at a time, and sees whether anything notices.

    conformance/mutations/run.py [--only TEXT] [--jobs N] [--version 3.4] [--report FILE]
    conformance/mutations/run.py --check

Needs build/bin (make build) and a real etcd. Works in a copy, build/mutants; every mutation of
mutations.txt is built there and given to lock-step with the real etcd and, if that finds nothing,
to the conformance suite. Prints a table, and fails where a mutation was not caught. --check only
looks whether each still has its one place in the sources."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "build" / "mutants"


class Mutation:
    def __init__(self, block):
        lines = block.split("\n")
        self.name, self.file = lines[0], lines[1]
        self.before = "\n".join(line[1:] for line in lines[2:] if line.startswith("-"))
        self.after = "\n".join(line[1:] for line in lines[2:] if line.startswith("+"))

    def complaint(self):
        places = (ROOT / self.file).read_text().count(self.before)
        return "" if places == 1 else f"{self.name}: {places} places in {self.file}, not 1"

    def apply(self):
        path = COPY / self.file
        path.write_text(path.read_text().replace(self.before, self.after))

    def undo(self):
        shutil.copyfile(ROOT / self.file, COPY / self.file)


def mutations():
    text = (HERE / "mutations.txt").read_text()
    blocks = [block.strip("\n") for block in text.split("\n\n")]
    return [Mutation(block) for block in blocks if block and not block.startswith("#")]


def copy_sources():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    for name in listed.stdout.decode().split("\0"):
        if not name or not (ROOT / name).is_file():
            continue
        target = COPY / name
        # A file that has not changed keeps its time: nothing is compiled twice.
        if target.exists() and target.read_bytes() == (ROOT / name).read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)


def build(jobs):
    out = COPY / "build"
    if not (out / "build.ninja").exists():
        subprocess.run(["cmake", "-S", str(COPY), "-B", str(out), "-G", "Ninja",
                        "-DCMAKE_BUILD_TYPE=", "-DCMAKE_CXX_FLAGS=-O2",
                        "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON", "-DBUILD_TESTING=OFF",
                        "-DETCDPP_BUILD_BENCH=OFF"], check=True, stdout=subprocess.DEVNULL)
    return subprocess.run(["ninja", "-C", str(out), f"-j{jobs}", "fake-etcd"],
                          capture_output=True, text=True)


def lock_step(real, fake):
    """What lock-step says of a difference; None where it finds none."""
    ran = subprocess.run(
        [str(ROOT / "build/bin/etcd-differential"), "--real", real, "--fake", fake,
         "--profile", "each", "--ops", "11200", "--shrink-attempts", "0", "--seed", "36"],
        capture_output=True, text=True)
    if ran.returncode == 0:
        return None
    if ran.returncode != 1:
        sys.exit(f"lock-step could not run: {ran.stderr[-2000:]}")
    found = re.findall(r"^(profile [^,]+), seed \d+, after", ran.stdout, re.MULTILINE)
    return f"lock-step, {found[-1] if found else 'at the start'}"


def conformance(fake, version):
    """The first case that fails; None where all pass. Does not wait for the others."""
    running = subprocess.Popen(
        [str(ROOT / "build/bin/with-etcd"), "--fake", fake, f"--flag=--emulate={version}", "--",
         str(ROOT / "build/bin/etcd-conformance"), "--endpoint={endpoint}"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in running.stdout:
        if "FAILED" in line.upper() and "0 failed" not in line:
            running.terminate()
            running.wait()
            return "conformance, " + line.strip().removeprefix("FAILED").strip()
    if running.wait() != 0:
        sys.exit("the conformance suite could not run")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="mutations whose name has this in it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--version", default="3.4", help="of the real etcd and the fake")
    parser.add_argument("--check", action="store_true", help="only that all can be made")
    parser.add_argument("--report", help="where to write the table, too")
    flags = parser.parse_args()
    real = str(ROOT / "build" / "real" / flags.version / "etcd")
    fake = str(COPY / "build" / "bin" / "fake-etcd")

    chosen = [m for m in mutations() if flags.only in m.name]
    complaints = [m.complaint() for m in chosen if m.complaint()]
    if complaints or flags.check:
        sys.exit("\n".join(complaints) or 0)
    copy_sources()
    unbroken = build(flags.jobs)
    if unbroken.returncode != 0:
        sys.exit(unbroken.stdout)
    noticed = lock_step(real, fake) or conformance(fake, flags.version)
    if noticed:
        sys.exit(f"before anything is broken, {noticed} notices something")

    rows, missed = [], 0
    for mutation in chosen:
        begin = time.monotonic()
        mutation.apply()
        built = build(flags.jobs)
        if built.returncode != 0:
            caught = "the compiler: write it another way"
            missed += 1
        else:
            caught = lock_step(real, fake) or conformance(fake, flags.version)
            missed += caught is None
        mutation.undo()
        row = f"| {mutation.name} | {caught or '**nothing**'} |"
        rows.append(row)
        print(f"{row} {time.monotonic() - begin:.0f} s", flush=True)
    table = ["| broken on purpose | caught by |", "| --- | --- |", *rows, "",
             f"{len(rows) - missed} of {len(rows)} caught."]
    print(table[-1])
    if flags.report:
        pathlib.Path(flags.report).write_text("\n".join(table) + "\n")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()

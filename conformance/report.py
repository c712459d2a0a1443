#!/usr/bin/env python3
"""Makes one page, in Markdown and HTML, of what ctest found out.

    conformance/report.py RESULTS.xml DIRECTORY

RESULTS.xml is of ctest --output-junit. Writes conformance-report.md and .html into DIRECTORY. Rows
are suites, columns the releases, each as real etcd and as the fake, or as both in lock-step."""

import collections
import datetime
import html
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

SUITES = {
    "conformance": "the conformance suite",
    "conformance_quota": "its cases with a small quota",
    "conformance_jwt": "its cases with signed tokens",
    "conformance_tls": "its cases over TLS",
    "conformance_cluster": "its cases with three members",
    "differential": "lock-step, every profile in turn",
    "differential_fresh": "lock-step, at a fresh seed",
    "oracle": "the suite, asked of both at once",
    "failures": "the client while servers fail",
    "golden": "recordings of real etcd",
    "auth_fuzz": "who may do what, made up",
    "etcdctl_story": "etcdctl: keys, leases, watches",
    "etcdctl_services_story": "etcdctl: locks, elections, members",
    "etcdctl_auth_story": "etcdctl: users and roles",
    "ctl": "etcdpp-ctl, beside etcdctl",
    "curl_story": "curl, through the gateway",
    "snapshots": "snapshots between the two, both ways",
    "python_on": "Python, pyetcd",
    "node_on": "Node, etcd3",
    "go_on": "Go, clientv3",
    "java_on": "Java, jetcd",
    "rust_on": "Rust, etcd-client",
    "etcd3gw_on": "Python, etcd3gw",
    "patroni_on": "Patroni",
}
SIDES = ("real", "fake", "both")


def place_of(name):
    """The suite, the release and the side of a test; None of one that compares nothing."""
    version = re.search(r"_(\d+\.\d+(?:\.\d+)?)(?:_([a-z-]+))?$", name)
    if not version:
        return None
    rest = name[:version.start()]
    side = re.search(r"_(real|fake)(_etcd)?", rest)
    if side:
        rest = rest[:side.start()] + rest[side.end():]
    suite = SUITES.get(rest)
    if suite is None:
        return None
    if version.group(2):
        suite = f"lock-step, {version.group(2)}"
    return suite, version.group(1), side.group(1) if side else "both"


def finding(case):
    """What a test's result says, in a few words."""
    if case.get("status") == "fail" or case.find("failure") is not None:
        return "FAILED"
    if case.get("status") in ("notrun", "disabled") or case.find("skipped") is not None:
        return "not run"
    said = case.findtext("system-out") or ""
    counts = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped", said, re.M)
    if counts:
        passed, _, skipped = counts[-1]
        return f"{passed} passed" + (f", {skipped} skipped" if skipped != "0" else "")
    operations = re.findall(r"^(\d+) operations, (no difference.*)$", said, re.M)
    if operations:
        return f"{operations[-1][0]} operations, {operations[-1][1]}"
    facts = len(re.findall(r"^ok ", said, re.M))
    return f"{facts} facts" if facts else "passed"


def facts_of_run(cases):
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True)
    seeds = sorted({seed for case in cases
                    for seed in re.findall(r"seed (\d+)", case.findtext("system-out") or "")})
    return [
        ("date", datetime.date.today().isoformat()),
        ("commit", commit.stdout.strip() or "unknown"),
        ("tests of ctest", f"{len(cases)}, {sum(finding(c) == 'FAILED' for c in cases)} failed"),
        ("seeds of lock-step", ", ".join(seeds) or "none"),
        ("differences known", "docs/conformance.md names them, and what is not compared"),
    ]


def table_of(cases):
    cells = collections.defaultdict(dict)
    columns = set()
    for case in cases:
        place = place_of(case.get("name"))
        if place is None:
            continue
        suite, version, side = place
        columns.add((version, side))
        cells[suite][version, side] = finding(case)
    order = sorted(columns, key=lambda c: ([int(n) for n in c[0].split(".")], SIDES.index(c[1])))
    rows = [["", *(f"{version} {side}" for version, side in order)]]
    for suite, found in cells.items():
        rows.append([suite, *(found.get(column, "") for column in order)])
    # A table for each kind of column reads better than one that is mostly empty.
    return [side_table for side in SIDES if len((side_table := only(rows, side))) > 1]


def only(rows, side):
    keep = [0] + [i for i, name in enumerate(rows[0]) if name.endswith(" " + side)]
    picked = [[row[i] for i in keep] for row in rows]
    return picked[:1] + [row for row in picked[1:] if any(row[1:])]


def as_markdown(facts, tables):
    lines = ["# Conformance report", ""]
    lines += [f"- {name}: {value}" for name, value in facts]
    for table in tables:
        lines += ["", "| " + " | ".join(table[0]) + " |", "| --- " * len(table[0]) + "|"]
        lines += ["| " + " | ".join(row) + " |" for row in table[1:]]
    return "\n".join(lines) + "\n"


def as_html(facts, tables):
    def row(cells, tag):
        return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"

    body = "".join(f"<li>{html.escape(name)}: {html.escape(value)}</li>" for name, value in facts)
    for_tables = "".join(
        "<table border=1 cellpadding=4>" + row(table[0], "th")
        + "".join(row(cells, "td") for cells in table[1:]) + "</table><p>" for table in tables)
    return ("<!doctype html><meta charset=utf-8><title>Conformance report</title>"
            f"<body style='font-family:sans-serif'><h1>Conformance report</h1><ul>{body}</ul>"
            f"{for_tables}</body>\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    cases = list(xml.etree.ElementTree.parse(sys.argv[1]).getroot().iter("testcase"))
    facts, tables = facts_of_run(cases), table_of(cases)
    directory = pathlib.Path(sys.argv[2])
    (directory / "conformance-report.md").write_text(as_markdown(facts, tables))
    (directory / "conformance-report.html").write_text(as_html(facts, tables))
    print(f"{directory}/conformance-report.md and .html are written")


if __name__ == "__main__":
    main()

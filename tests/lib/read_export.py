"""Reads what minyi export wrote with software that is not ours: pandas (.dta), openpyxl (.xlsx), json and csv.
read_export.py FILE COLUMN: the first values of the column, how often each, its label and its value labels."""
import csv
import json
import sys
from collections import Counter

path, column = sys.argv[1:3]


def show(values, label="", labels=None):
    print("rows", len(values))
    for value, n in sorted(Counter(str(v) for v in values).items()):
        print("value", value, n)
    if label:
        print("label", label)
    for value, text in sorted((labels or {}).items(), key=lambda item: str(item[0])):
        print("means", value, text)


if path.endswith(".dta"):
    import pandas.io.stata as stata

    with stata.StataReader(path, convert_categoricals=False, convert_missing=True, convert_dates=False) as reader:
        data = reader.read()
        show(list(data[column]), reader.variable_labels()[column], reader.value_labels().get(column))
elif path.endswith(".xlsx"):
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True)["responses"].iter_rows(values_only=True)
    at = next(sheet).index(column)
    show([row[at] if at < len(row) else None for row in sheet])
elif path.endswith(".jsonl"):
    with open(path, encoding="utf-8") as lines:
        show([json.loads(line).get(column, "absent") for line in lines])
else:
    with open(path, encoding="utf-8-sig", newline="") as lines:
        show([row[column] for row in csv.DictReader(lines)])

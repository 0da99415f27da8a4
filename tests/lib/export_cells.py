"""Every cell of a .dta (pandas) or .xlsx (openpyxl) export in words: what has a label by its label.
export_cells.py FILE...: for each file a line with the columns' labels, then the rows, sorted, TAB between."""
import datetime
import sys


def number(x):
    return "%.15g" % x


def of_dta(path):
    import pandas.io.stata as stata

    with stata.StataReader(path, convert_categoricals=False, convert_missing=True, convert_dates=False) as reader:
        data, labels, values = reader.read(), reader.variable_labels(), reader.value_labels()
        formats = dict(zip(reader.varlist, reader.fmtlist))

    def shown(name, x):
        if isinstance(x, str):
            return x
        if isinstance(x, stata.StataMissingValue):
            # ".a" is the value behind "."; pandas has the labels under the numbers that Stata keeps them by
            return values[name][2147483621 + ord(x.string[1]) - ord("a") + 1]
        if formats[name] == "%td":
            return str(datetime.date(1960, 1, 1) + datetime.timedelta(days=x))
        if formats[name] == "%tcHH:MM":
            return "%02d:%02d" % divmod(x // 60000, 60)
        return values.get(name, {}).get(x, number(x))

    return list(labels.values()), [[shown(n, x) for n, x in zip(data.columns, row)] for row in data.itertuples(index=False)]


def of_xlsx(path):
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    meanings, labels, texts = {}, {}, set()
    for name, label, kind, value, meaning, _ in list(book["codebook"].iter_rows(values_only=True, max_col=6))[1:]:
        labels[name] = label
        meanings[name, value] = meaning
        if kind == "text":
            texts.add(name)
    rows = book["responses"].iter_rows(values_only=True)
    names = list(next(rows))

    def shown(name, x):
        if isinstance(x, str) and name in texts:
            return x
        if isinstance(x, datetime.datetime):
            return str(x.date())
        if isinstance(x, datetime.time):
            return x.strftime("%H:%M")
        text = x if isinstance(x, str) else number(x)
        return meanings.get((name, text), text)

    return [labels[n] for n in names], [[shown(n, x) for n, x in zip(names, row)] for row in rows]


for path in sys.argv[1:]:
    heads, table = of_dta(path) if path.endswith(".dta") else of_xlsx(path)
    print("\t".join(heads))
    print("\n".join(sorted("\t".join(row) for row in table)))

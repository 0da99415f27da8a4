"""phrases.py ROOT LANG: is every message about a questionnaire known in that language? Prints those that are not."""
import glob
import re
import sys

root, lang = sys.argv[1:3]
CALLS = {
    'cgi-bin/form/xlsform*.c': r'xlsform_problem|xlsform_warning',
    'cgi-bin/form/expr_parse.c': r'fail|rc_set',
    'cgi-bin/form/expr_check.c': r'wrong|rc_set',
    'cgi-bin/form/expr_regex.c': r'refuse|rc_set',
    'cgi-bin/form/order.c': r'rc_set',
    'cgi-bin/form/layout.c': r'rc_set',
    'cgi-bin/form/xlsx.c': r'rc_set',
    'cgi-bin/form/xlsx_parts.c': r'fail',
    'cgi-bin/report/margins.c': r'rc_set',
    'cgi-bin/box/wave_sheet.c': r'rc_set',
}
TABLES = {'cgi-bin/form/xlsform_rows.c': r'\{"[^"]+", "([a-z][^"]* [^"]*)"\}', 'cgi-bin/form/xlsform.c': r'return "([^"]+)"|: "([^"]+ not supported[^"]*)"|\? "([^"]+ not supported[^"]*)"'}
# words of the program's own making, and parts of a sentence that stands whole in the phrases
SKIP = re.compile(r'^no memory|^%s$|^%s:%zu: %s$|^%s: %s$|^%s: no memory|^the margins are not what was stored|^cannot write|'
                  r'^there is no list ..%s$|^.. with the labels|^%s cannot be required|^a note or a group$|^what nobody is asked$')


def arguments(text, at):
    depth, i = 1, at
    while depth:
        c = text[i]
        if c == '"':
            i += 1
            while text[i] != '"':
                i += 2 if text[i] == '\\' else 1
        elif c == '(':
            depth += 1
        elif c == ')':
            depth -= 1
        i += 1
    return text[at:i - 1]


def messages():
    for pattern, calls in CALLS.items():
        for name in glob.glob(f'{root}/{pattern}'):
            text = open(name, encoding='utf-8').read()
            for call in re.finditer(rf'\b(?:{calls})\(', text):
                for run in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', arguments(text, call.end())):
                    yield name, ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', run))
    for name, pattern in TABLES.items():
        for found in re.findall(pattern, open(f'{root}/{name}', encoding='utf-8').read()):
            yield name, found if isinstance(found, str) else next(x for x in found if x)


phrases = []
for line in open(f'{root}/html/problems/{lang}.txt', encoding='utf-8'):
    line = line.rstrip('\n')
    if line and not line.startswith('#'):
        pattern = line.split(' => ')[0]
        phrases.append(re.compile('.*?'.join(re.escape(x) for x in re.split(r'\{[1-9]\}', pattern)) + r'\Z', re.S))

n, missing = 0, set()
for name, text in messages():
    if ' ' not in text or SKIP.match(text):
        continue
    text = text.replace('\\"', '"').replace('\\\\', '\\')
    said = re.sub(r'%(?:\.\*s|\.?\d*[a-z]*[sdcuz]|zu|lld|llu)', 'xx', text)
    said = re.sub(r'^(?:(?:xx|1):)+(?:[a-z_]+:)? ?', '', said) if said.startswith('xx:') else said  # "sheet:row:column: "
    n += 1
    if not any(p.match(said) for p in phrases):
        missing.add(f'{name.split("/")[-1]}: {said}')
for one in sorted(missing):
    print(f'not in {lang}: {one}')
print(f'{n} messages, {len(missing)} without a translation')
sys.exit(1 if missing else 0)

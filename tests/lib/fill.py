"""fill.py FILE: fields of a questionnaire's page as name=value lines: the first choice of each, 1 where a number is asked, noon."""
import html.parser
import sys


class Fields(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.fields = {}
        self.in_ballot = False
        self.select = None

    def handle_starttag(self, tag, pairs):
        a = dict(pairs)
        if tag == 'form':
            self.in_ballot = a.get('id') == 'ballot'
        if tag == 'select':
            self.select = a.get('name')
        if tag == 'option' and self.select and a.get('value'):
            self.fields.setdefault(self.select, a['value'])
        name = a.get('name', '')
        if not self.in_ballot or tag != 'input' or name.startswith('_'):
            return
        kind = a.get('type', 'text')
        if kind in ('radio', 'checkbox', 'hidden'):
            self.fields.setdefault(name, a.get('value', ''))
        elif kind == 'date':
            self.fields[name] = '2026-01-05'
        elif kind == 'time':
            self.fields[name] = '12:00'
        else:
            self.fields[name] = a.get('value') or '1'


page = Fields()
page.feed(open(sys.argv[1], encoding='utf-8').read())
for name, value in page.fields.items():
    print(f'{name}={value}')

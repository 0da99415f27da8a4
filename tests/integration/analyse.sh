#!/bin/bash
# tally analyse from the outside: every golden case through the command, and what it says to mistakes.
# No database, no settings, nothing but the program and a file.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
GOLDEN=${GOLDEN:-$ROOT/tests/golden/cases}
TALLY=$ROOT/build/tally
COMPARE=$ROOT/build/tests/integration/analyse_compare
make -s -C "$ROOT" build/tally build/tests/integration/analyse_compare || exit 1
new_folder
D=$FOLDER
unset "${!PG@}" "${!MINYI_@}"

analyse() { "$TALLY" analyse "$@"; }

# block CASE BLOCK FILE [COMPARE-OPTIONS] -- ANALYSE-OPTIONS: all values of the block agree
block() {
    local case=$1 block=$2 file=$3 compare=()
    shift 3
    while [ "$1" != -- ]; do compare+=("$1"); shift; done
    shift
    cp "$GOLDEN/$case/margins.csv" "$D/margins.csv" 2>/dev/null
    check "$case: $block" golden "$case" "$block" "$file" "$@"
}
golden() {
    local case=$1 block=$2 file=$3
    shift 3
    (cd "$D" && "$TALLY" analyse "$file" --format json "$@") >"$D/figures.json" || return 1
    "$COMPARE" "$GOLDEN/$case/expected.json" "$block" "$D/figures.json" "${compare[@]}" 2>"$D/differ" | tee -a "$D/agreed"
    local status=${PIPESTATUS[0]}
    head -n 20 "$D/differ"
    return "$status"
}

# ---- golden cases ----

case=api-srs-unweighted
f=$GOLDEN/$case/responses.csv
block $case unweighted "$f" -- --question awards,comp_imp,sch_wide,stype --mean api00,api99 --by stype \
    --cross 'awards*stype' --cross 'awards*sch_wide' --difference stype:E-H --difference stype:E-M
block $case srs_fpc "$f" -- --fpc fpc --question awards,stype --mean api00
block $case srs_nofpc "$f" -- --weights 1 --question awards,stype --mean api00 --cross 'awards*stype' --difference stype:E-H

case=api-strat-fpc
f=$GOLDEN/$case/responses.csv
asked=(--question 'awards,yr_rnd,sch_wide,stype' --mean api00 --by 'stype,sch_wide' --cross 'awards*stype'
    --cross 'sch_wide*yr_rnd' --difference stype:E-H --difference sch_wide:Yes-No)
block $case unweighted "$f" -- --question awards
block $case strata_fpc "$f" -- --strata stype --weights weight --fpc fpc "${asked[@]}"
block $case strata_nofpc "$f" -- --strata stype --weights weight "${asked[@]}"
block $case weights_only "$f" -- --weights weight "${asked[@]}"
block $case poststratified "$f" -- --weights weight --poststratify margins.csv "${asked[@]}"
block $case poststratified_fixed "$f" -- --weights weight --poststratify margins.csv --fixed "${asked[@]}"

case=api-rake-trim
f=$GOLDEN/$case/responses.csv
asked=(--question 'yr_rnd,stype,sch_wide,awards' --mean api00 --by stype --cross 'yr_rnd*stype')
block $case base "$f" -- --weights weight "${asked[@]}"
block $case raked "$f" -- --weights weight --rake margins.csv "${asked[@]}"
block $case raked_fixed "$f" -- --weights weight --rake margins.csv --fixed "${asked[@]}"
block $case raked_trim "$f" -- --weights weight --rake margins.csv --trim 24:45 "${asked[@]}"
block $case raked_trim_once "$f" -- --weights weight --rake margins.csv --trim 24:40 "${asked[@]}"
block $case raked_trim_strict "$f" -- --weights weight --rake margins.csv --trim 24:40 --trim-strict "${asked[@]}"
# weights that another program made, as a column
paste -d, "$f" <(cut -d, -f2- "$GOLDEN/$case/expected_weights.csv") >"$D/weighted.csv"
block $case raked_r_defaults weighted.csv -- --weights w_r_defaults "${asked[@]}"
block $case raked_fixed weighted.csv -- --weights w_raked "${asked[@]}"

case=beps-likert
f=$GOLDEN/$case/responses.csv
items=q_econ_national,q_econ_household,q_blair,q_hague,q_kennedy
asked=(--question "$items,vote" --mean "$items" --by vote --cross 'q_econ_national*vote' --cross 'vote*gender'
    --difference vote:Labour-Conservative --difference gender:male-female)
for q in ${items//,/ }; do asked+=(--top "$q=4:5" --top "$q=1:2"); done
block $case unweighted "$f" -- "${asked[@]}" --alpha q_econ_national,q_econ_household \
    --alpha q_econ_national,q_econ_household,q_blair
block $case raked "$f" -- --rake margins.csv "${asked[@]}"
block $case raked_fixed "$f" -- --rake margins.csv --fixed "${asked[@]}"

case=students-missing
f=$GOLDEN/$case/responses.csv
asked=(--question 'sex,w_hnd,fold,clap,exer,smoke,m_i' --mean height,pulse --by sex --difference sex:Male-Female
    --cross 'm_i*sex' --cross 'fold*sex' --cross 'smoke*exer')
block $case unweighted "$f" -- "${asked[@]}"
block $case weighted "$f" -- --weights weight "${asked[@]}"
awk -F, '$8 != ""' "$f" >"$D/present.csv"
block $case weighted_dropped_first present.csv -- --weights weight --question m_i
block $case missing_as_option "$f" --rename m_i_all=m_i -- --missing-as-option --question m_i

case=gss-two-waves
f=$GOLDEN/$case/responses.csv
asked=(--question 'educ_group,native_born' --mean vocab --top 'vocab.high=8:10' --by wave --cross 'educ_group*wave'
    --difference wave:2016-2014)
block $case unweighted "$f" -- "${asked[@]}"
block $case stacked_strata "$f" -- --strata wave --weights 1 "${asked[@]}"
for wave in 2014 2016; do # each wave raked alone to percentages
    awk -F, -v wave=$wave 'NR == 1 || $2 == wave' "$f" >"$D/wave.csv"
    block $case raked_per_wave wave.csv --domain "wave=$wave" -- --rake margins.csv --fixed --mean vocab --top 'vocab.high=8:10'
done
paste -d, "$f" <(cut -d, -f2- "$GOLDEN/$case/expected_weights.csv") >"$D/weighted.csv"
block $case raked_per_wave weighted.csv --without design -- --weights w_raked --strata wave "${asked[@]}"

case=whitepaper-2014
items=q_participation,q_increase,q_privacy
block $case responses "$ROOT/sql/seed/gov-wechat-2014/responses.csv" -- --question $items --mean $items \
    --top q_participation=4:5 --top q_increase=4:5 --top q_privacy=4:5

echo "# golden: $(awk '{s += $3; t += $5} END {print s " of " t}' <(sed 's/ @ [^:]*//' "$D/agreed")) values of all cases agree"

# ---- the same file in other clothes ----

figure() { grep -F "{\"key\": \"$1\"," | sed -E 's/.*"value": ([^,}]*).*/\1/'; }

printf '\xef\xbb\xbfq,"name, long",w\r\n1,"a ""b""\r\nc",1\r\n2,x,2\r\n\r\n,x,0.5\r\n' >"$D/odd.csv"
analyse "$D/odd.csv" --question 'q' --top q=2:2 --cross 'name, long*q' --format json >"$D/odd.json"
same "a byte-order mark, CRLF, an empty line: two answers of three" "2 3" \
    "$(figure q/n_valid <"$D/odd.json") $(figure q/n_total <"$D/odd.json")"
same "quoted names and texts with comma, quotation marks, line end" 1 \
    "$(figure 'name, long=a \"b\"\u000d\u000ac @ q=1/cell_count' <"$D/odd.json")"
printf 'q,g\n满意,男\n满意,女\n不满意,女\n' >"$D/zh.csv"
same "Chinese texts in JSON" 0.66666666666666663 "$(analyse "$D/zh.csv" --question q --format json | figure q=满意/proportion)"
analyse "$D/zh.csv" --question q --by g >"$D/zh.txt"
same "columns stand under each other, two for a Chinese character" 1 "$(grep -A 3 '^q$' "$D/zh.txt" | tail -n 2 |
    while IFS= read -r line; do LC_ALL=C.UTF-8 wc -L <<<"$line"; done | sort -u | wc -l)"
same "CSV: a mark, three columns, CRLF" $'\xef\xbb\xbfkey,value,reason\r' "$(analyse "$D/zh.csv" --question q --format csv | head -n 1)"
printf 'q\n=1+1\nb\n' >"$D/formula.csv"
same "CSV: no key begins a formula" 0 "$(analyse "$D/formula.csv" --question q --format csv | grep -c '^[=+@-]')"
same "0% has an exact interval and no other" "null 0" \
    "$(analyse "$GOLDEN/api-strat-fpc/responses.csv" --strata stype --weights weight --question awards --by sch_wide --format json |
        tee "$D/zero.json" | figure 'awards=Yes @ sch_wide=No/ci_logit_low') $(figure 'awards=Yes @ sch_wide=No/ci_exact_low' <"$D/zero.json")"
same "percent, fractions and counts are the same margins" 1 "$(
    for by in 1 100 6194; do
        awk -F, -v OFS=, -v by=$by 'NR > 1 {$3 = sprintf("%.17g", $3 / 6194 * by)} 1' "$GOLDEN/api-rake-trim/margins.csv" >"$D/parts.csv"
        analyse "$GOLDEN/api-rake-trim/responses.csv" --weights weight --rake "$D/parts.csv" --question yr_rnd --format json |
            figure yr_rnd=Yes/proportion | cut -c1-12
    done | sort -u | wc -l)"

# ---- mistakes ----

# says NAME STATUS WORDS ANALYSE-ARGUMENTS...: the exit status, and the words on stderr; nothing on stdout
says() {
    local name=$1 want=$2 words=$3 status=0
    shift 3
    (cd "$D" && "$TALLY" analyse "$@") >"$D/out" 2>"$D/err" || status=$?
    grep -qF -- "$words" "$D/err" || cat "$D/err"
    same "$name" "$want yes silent" "$status $(grep -qF -- "$words" "$D/err" && echo yes || echo no) $([ -s "$D/out" ] && echo loud || echo silent)"
}
f=$GOLDEN/api-strat-fpc/responses.csv
says "a column that is not there: near names" 2 'has no column "award"; it has: awards' "$f" --question award
says "nothing asked for" 2 'nothing is asked for' "$f"
says "an option that is not there" 2 'cannot use "--wieghts"' "$f" --wieghts weight --question awards
says "a rule that is not there" 2 'fail, remove, certainty, adjust or average' "$f" --strata stype --lonely x --question awards
says "a file that is not there" 1 'none.csv' none.csv --question a
says "a difference of values that are not there" 2 'it has: E, M, H' "$f" --question awards --difference stype:E-X
printf 'q,w\n1,1\n2,0\n' >"$D/bad.csv"
says "a weight of 0: file, row, column" 1 'bad.csv:3:w: a weight is over 0' bad.csv --weights w --question q
printf 'q,w\n1,1\n2,1\n3,x\n' >"$D/bad.csv"
says "a weight that is no number" 1 'bad.csv:4:w: "x" is not a number' bad.csv --weights w --question q
printf 'q,w\n1,1\n2\n' >"$D/bad.csv"
says "a short row" 1 'bad.csv:3:row: 1 cells, where the header has 2' bad.csv --question q
printf 'q,w\n1,1,1\n' >"$D/bad.csv"
says "a long row" 1 'bad.csv:2:row: more cells than the header has columns (2)' bad.csv --question q
printf 'q\n"1\n2\n' >"$D/bad.csv"
says "a quotation mark that is not closed" 1 'a quotation mark is not closed' bad.csv --question q
printf 'q\n\xff\n' >"$D/bad.csv"
says "not UTF-8" 1 'bad.csv:2:q: this is not UTF-8 text' bad.csv --question q
{ echo q; head -c 70000 /dev/zero | tr '\0' x; echo; } >"$D/bad.csv"
says "a cell over 64 KiB" 1 'a cell of more than 65536 bytes' bad.csv --question q
printf 'q,q\n1,2\n' >"$D/bad.csv"
says "two columns of one name" 1 'bad.csv:1:q: two columns have this name' bad.csv --question q
printf 'q\n' >"$D/bad.csv"
says "no respondents" 1 'no respondents' bad.csv --question q
printf 's,q\na,1\na,2\nb,1\n' >"$D/lonely.csv"
says "a lonely stratum fails and names the rules" 1 '--lonely remove' lonely.csv --strata s --question q
check "and passes under a rule" analyse "$D/lonely.csv" --strata s --lonely adjust --question q >/dev/null
printf 's,n,q\na,9,1\na,8,2\n' >"$D/bad.csv"
analyse "$D/lonely.csv" --strata s --lonely remove --mean q --by s --difference s:a-b --format json >"$D/one.json"
same "one respondent has a mean and no error" "1 null null" \
    "$(figure 'q @ s=b/mean' <"$D/one.json") $(figure 'q @ s=b/se' <"$D/one.json") $(figure 'q @ s:a-b/se' <"$D/one.json")"
{ echo id; seq 6000; } >"$D/many.csv"
says "too many answers for shares" 1 'many.csv:5002:id: more than 5000 different values' many.csv --question id
same "but not for a mean" 3000.5 "$(analyse "$D/many.csv" --mean id --weights 1 --format json | figure id/mean)"
same "the mean of the first 6000 numbers has their error" 22.362 \
    "$(analyse "$D/many.csv" --mean id --weights 1 --format json | figure id/se | cut -c1-6)"
says "two populations of one stratum" 1 'bad.csv:3:n: 8, where an earlier row of the same stratum says 9' bad.csv --strata s --fpc n --question q
printf 'g,q\nm,1\nf,2\nm,2\n' >"$D/q.csv"
printf 'variable,category,population\ng,m,1\ng,f,2\ng,x,3\n' >"$D/margins.csv"
says "raking fails closed: an empty cell" 1 'margins.csv' q.csv --rake margins.csv --question q
printf 'variable,category,population\ng,m,10\n' >"$D/margins.csv"
says "a category without a margin: file, row, column" 1 'q.csv:3:g: "f" has no margin in margins.csv' q.csv --rake margins.csv --question q
printf 'variable,category,population\ng,m,10\ng,f,20\nq,1,5\nq,2,6\n' >"$D/margins.csv"
says "margins of different totals" 1 'adds up to' q.csv --rake margins.csv --question q
printf 'variable,category,population\ng,m,10\nq,1,5\n' >"$D/margins.csv"
says "post-stratification takes one variable" 1 '--poststratify takes one variable' q.csv --poststratify margins.csv --question q
check "--help explains" bash -c "'$TALLY' analyse --help | grep -q -- '--rake FILE'"
check "tally --help names it" bash -c "'$TALLY' --help | grep -q 'tally analyse'"
checks_done

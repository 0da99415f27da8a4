#!/bin/bash
# minyi export, cell by cell: what was answered against what R (csv, sav), pandas (dta) and openpyxl (xlsx) read. Every
# type of question, Chinese labels, don't knows, what was not asked and what was skipped.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-expc-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; shift; printf '    %s\n' "$@" >&2; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }

scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
export MINYI_KEYRING_DIR=$dir/keyring MINYI_TALLY_SECRETS_DIR=$dir/secrets MINYI_SPOOL_DIR=$dir/spool LC_ALL=C.UTF-8
mkdir "$MINYI_SPOOL_DIR"
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
"$SCRATCH_OUT/tally" >/dev/null 2>&1

# What is answered, and what every reader must find: an empty answer was skipped, unless branching (a district without
# streets, a score that is worked out) left the question out. $1: a text not asked; $2: what is before a text like a formula.
cat > "$dir/budget.csv" <<'CSV'
response_id,district,street,trust,raise,order,parks,roads,how,how_other,topics,topics_other,why
B1,east,e2,9,-7.5,road school park health,0,30,other,写信给=区长,meeting other,停车,"=公开, ""透明"""
B2,west,,3,-10,,40,60,unsure,,,,
B3,none,,,10,health park road school,,,,,project service,,
CSV
budget() { cat <<TSV
开启日	我已阅读并同意参加	预算年度	您住在哪个区？	您住在哪个街道？	您对区政府公开预算的做法有多信任？	与上年相比，您希望社区开支增减多少（百分比）？	请按重要程度为以下用途排序: 学校	请按重要程度为以下用途排序: 卫生服务	请按重要程度为以下用途排序: 公园绿地	请按重要程度为以下用途排序: 道路	每 100 元中，您愿意把多少元用于公园绿地？	每 100 元中，您愿意把多少元用于道路？	其余用途（元）	您希望通过哪种方式参与预算讨论？	其他方式	您希望参与讨论哪些议题？: 议事规则	您希望参与讨论哪些议题？: 工程项目	您希望参与讨论哪些议题？: 公共服务	您希望参与讨论哪些议题？: 其他议题	其他议题	请说说您信任的理由
$day	是	2027	不在本市居住	未问到	未作答	10	4	1	2	3	未作答	未作答	100	未作答	$1	否	是	是	否	$1	$1
$day	是	2027	东城	景山街道	9	-7.5	2	4	3	1	0	30	70	其他方式	写信给=区长	是	否	否	是	停车	$2=公开, "透明"
$day	是	2027	西城	未作答	3	-10	未作答	未作答	未作答	未作答	40	60	0	说不清	$1	未作答	未作答	未作答	未作答	$1	$1
TSV
}
cat > "$dir/clinic.csv" <<'CSV'
response_id,been,day,came,seen,fee,fee_high,fee_why,never
C1,yes,2024-02-29,09:05,23:59,12.35,yes,贵,
C2,no,,,,,,,-8
C3,yes,2020-01-01,00:00,,0.1,,,
CSV
clinic() { cat <<TSV
开启日	我已年满18周岁，自愿参加	过去一年您去过社区卫生服务中心吗？	哪一天？	几点到的？	几点看上医生的？	自付费用多少元？	您觉得费用高吗？	为什么？	没有去过的主要原因是什么？
$day	是	否	未问到	未问到	未问到	未问到	未问到	$1	$2-8
$day	是	是	2020-01-01	00:00	未作答	0.1	未问到	$1	$1
$day	是	是	2024-02-29	09:05	23:59	12.35	是	贵	$1
TSV
}
cat > "$dir/fast.csv" <<'CSV'
response_id,where,service,speed
F1,window,5,dk
F2,online,1,
CSV
fast() { cat <<TSV
开启日	我已阅读说明并同意	您在哪里办的事？	您对服务是否满意？	您对速度是否满意？	作答很快
$day	是	窗口	非常满意	说不清	是
$day	是	网上	非常不满意	未作答	否
TSV
}
forms="budget clinic fast"
for f in $forms; do
    "$SCRATCH_OUT/minyi" publish "tests/forms/$f" >/dev/null 2>&1
    "$SCRATCH_OUT/minyi" import "$f" "$dir/$f.csv" --consent "made up" >/dev/null 2>"$dir/err" || not_ok "import of $f" "$(cat "$dir/err")"
done
"$SCRATCH_OUT/tally" >/dev/null 2>&1
# The one who answered "window" was fast: an import never is.
scratch_sql postgres "UPDATE record.response SET codes = set_byte(codes, length(codes) - 1, CASE get_byte(codes, 1) WHEN 2 THEN 1 ELSE 0 END)
    WHERE survey_id = (SELECT survey_id FROM core.survey WHERE slug = 'fast')"
day=$(scratch_sql postgres "SELECT DISTINCT opened_on FROM record.response")

for f in $forms; do
    for format in csv xlsx sav dta; do
        case $format in
        csv) more="--missing codes --codebook --bom" ;;
        xlsx) more="--missing codes" ;;
        *) more="" ;;
        esac
        # shellcheck disable=SC2086
        "$SCRATCH_OUT/minyi" export "$f" --format $format $more --comments --lang zh --out "$dir/$f.out.$format" 2>"$dir/err" ||
            not_ok "$f as $format" "$(cat "$dir/err")"
    done
done
for f in $forms; do
    # A text that is missing is an empty one in sav and dta; in csv a formula, and what looks like a code, has a mark.
    expect "$f: csv as R reads it" "$($f 未问到 "'")" "$(Rscript --vanilla tests/lib/export_cells.R "$dir/$f.codebook.csv" "$dir/$f.out.csv" 2>&1)"
    expect "$f: sav as R reads it" "$($f '' '')" "$(Rscript --vanilla tests/lib/export_cells.R "$dir/$f.codebook.csv" "$dir/$f.out.sav" 2>"$dir/err" || cat "$dir/err")"
    expect "$f: xlsx as openpyxl reads it" "$($f 未问到 '')" "$(/usr/bin/python3 tests/lib/export_cells.py "$dir/$f.out.xlsx" 2>&1)"
    expect "$f: dta as pandas reads it" "$($f '' '')" "$(/usr/bin/python3 tests/lib/export_cells.py "$dir/$f.out.dta" 2>&1)"
done

# The lines in R: without the package survey as far as the design.
"$SCRATCH_OUT/minyi" export clinic --format r --missing codes --comments --out "$dir/clinic.R" 2>/dev/null
sed -i '/^design <- /d; s/"clinic.csv"/"clinic.out.csv"/' "$dir/clinic.R"
cat >> "$dir/clinic.R" <<'R'
at <- order(d$fee, na.last = TRUE)
cat(d$fee[at], "\n", as.character(d$day[at]), "\n", as.character(d$been[at]), "\n", attr(d$been, "value.labels"), "\n",
    as.character(missing$fee[at]), "\n", as.character(missing$seen[at]), "\n")
R
expect "the lines in R take the codes off" "0.1 12.35 NA 
 2020-01-01 2024-02-29 NA 
 yes yes no 
 是 否 
 NA NA 未问到 
 未作答 NA 未问到 " "$(cd "$dir" && Rscript --vanilla clinic.R 2>&1)"
exit $failed

#!/bin/bash
# long_form.sh DIR: writes a questionnaire of 200 questions in 20 sections to DIR: five-point items, lists, branches,
# numbers and a few texts, as a long survey has them.
set -eu
mkdir -p "$1"
awk 'BEGIN {
    print "type,name,label::中文 (zh),label::English (en),required,relevant,constraint,appearance"
    for (i = 1; i <= 200; i++) {
        if (i % 10 == 1) printf "begin_group,g%d,第 %d 部分,Part %d,,,,\n", i, i / 10 + 1, i / 10 + 1
        zh = "您对第 " i " 项政务服务的办理过程是否满意？"; en = "How satisfied are you with how service number " i " was handled?"
        when = i % 10 == 9 ? "${q" i - 1 "} = \x27no\x27" : ""
        if (i % 10 < 6 && i % 10 > 0) printf "select_one five,q%d,%s,%s,,,,likert\n", i, zh, en
        else if (i % 10 == 6 && i < 100) printf "select_multiple why,q%d,%s,%s,,,,\n", i, zh, en
        else if (i % 10 == 7) printf "integer,q%d,%s,%s,,,. >= 0 and . <= 100,\n", i, zh, en
        else if (i % 10 == 8) printf "select_one yn,q%d,%s,%s,,,,\n", i, zh, en
        else if (i % 10 == 9 && i < 100) printf "text,q%d,%s,%s,,%s,string-length(.) <= 200,multiline\n", i, zh, en, when
        else printf "select_one why,q%d,%s,%s,,%s,,minimal\n", i, zh, en, when
        if (i % 10 == 0) print "end_group,,,,,,,"
    }
}' >"$1/survey.csv"
cat >"$1/choices.csv" <<'CSV'
list_name,name,label::中文 (zh),label::English (en),dont_know
five,5,非常满意,Very satisfied,
five,4,比较满意,Rather satisfied,
five,3,一般,Neither,
five,2,不太满意,Rather dissatisfied,
five,1,很不满意,Very dissatisfied,
five,dk,说不清,Hard to say,yes
yn,yes,是,Yes,
yn,no,否,No,
why,wait,等待时间长,A long wait,
why,papers,材料太多,Too many papers,
why,staff,态度不好,Unfriendly staff,
why,online,网上办不了,Not possible online,
CSV
cat >"$1/settings.csv" <<'CSV'
form_id,form_title::中文 (zh),form_title::English (en),description::中文 (zh),description::English (en),organiser::中文 (zh),organiser::English (en),handler::中文 (zh),handler::English (en),contact::中文 (zh),contact::English (en),legal_basis::中文 (zh),legal_basis::English (en),default_language,sample
long-form,政务服务满意度长卷,Satisfaction with services at length,二百个问题。,Two hundred questions.,某局,A bureau,某局,A bureau,12345,12345,您的同意,Your consent,中文 (zh),open
CSV

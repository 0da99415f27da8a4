#include "form/template.h"

#include <string.h>

enum { ROWS_MAX = 100 };

static const char survey[] =
    "type,name,label::中文 (zh),label::English (en),hint::中文 (zh),hint::English (en),required,relevant,constraint,"
    "constraint_message::中文 (zh),constraint_message::English (en),appearance,profile\n"
    "begin_group,consent,参加前请阅读,Before you take part,,,,,,,,,\n"
    "acknowledge,agree,我已年满18周岁，已阅读上述说明，同意参加。,\"I am 18 or over, have read the above, and take part.\",,,yes,,,,,,\n"
    "end_group,,,,,,,,,,,,\n"
    "begin_group,visit,您的来访,Your visit,,,,,,,,,\n"
    "select_one yes_no,used,您办成事了吗？,Was your matter settled?,,,yes,,,,,,\n"
    "select_one satisfied,q_staff,您对工作人员满意吗？,Are you satisfied with the staff?,,,,,,,,likert,\n"
    "select_multiple why,reasons,为什么没有办成？,Why was it not settled?,可多选,Tick all that apply,,${used} = 'no',,,,,\n"
    "integer,minutes,您等了多少分钟？,How many minutes did you wait?,,,,,. >= 0 and . <= 600,请填写0到600的整数。,Give a number from 0 to 600.,,\n"
    "date,day,哪一天来的？,On which day?,,,,,. <= today(),请填写今天或以前的日期。,Give today or a day before it.,,\n"
    "text,comment,还有什么想说的？,Anything else?,请勿填写姓名、电话等个人信息,No names or telephone numbers please,,,string-length(.) <= 500,,,multiline,\n"
    "end_group,,,,,,,,,,,,\n"
    "begin_group,about,关于您,About you,,,,,,,,,\n"
    "select_one age,age_group,您的年龄,Your age,,,,,,,,,yes\n"
    "select_one sex,gender,您的性别,Your gender,,,,,,,,,yes\n"
    "end_group,,,,,,,,,,,,\n";

static const char choices[] =
    "list_name,name,label::中文 (zh),label::English (en),dont_know,exclusive\n"
    "yes_no,yes,是,Yes,,\nyes_no,no,否,No,,\n"
    "satisfied,5,非常满意,Very satisfied,,\nsatisfied,4,比较满意,Satisfied,,\nsatisfied,3,一般,Neither,,\n"
    "satisfied,2,不太满意,Dissatisfied,,\nsatisfied,1,很不满意,Very dissatisfied,,\nsatisfied,dk,不好说,Don't know,yes,\n"
    "why,queue,排队的人多,There was a queue,,\nwhy,papers,材料不齐,Papers were missing,,\nwhy,none,以上都不是,None of these,,yes\n"
    "age,18-29,18至29岁,18 to 29,,\nage,30-44,30至44岁,30 to 44,,\nage,45-59,45至59岁,45 to 59,,\nage,60+,60岁及以上,60 and over,,\n"
    "sex,female,女,Female,,\nsex,male,男,Male,,\n";

static const char settings[] =
    "form_id,form_title::中文 (zh),form_title::English (en),default_language,sample,access,time_zone,retain_days,smallest_age,"
    "min_opening,read_back,cross_tables,description::中文 (zh),description::English (en),organiser::中文 (zh),organiser::English (en),"
    "handler::中文 (zh),handler::English (en),contact::中文 (zh),contact::English (en),legal_basis::中文 (zh),legal_basis::English (en),"
    "population::中文 (zh),population::English (en)\n"
    "my-survey,办事大厅满意度调查,Satisfaction with the service hall,中文 (zh),open,open,Asia/Shanghai,365,18,20,no,age_group*q_staff,"
    "请说说您最近一次来办事的经历。,Tell us about your last visit.,某市政务服务局,The city's service bureau,某市政务服务局,The city's service bureau,"
    "电话 12345,Telephone 12345,您的同意,Your consent,来办事的公众,Visitors of the hall\n";

enum rc template_sheets(struct arena *a, struct sheet out[3], struct rc_info *e)
{
    static const struct {
        const char *name, *text;
    } sheets[3] = {{"survey", survey}, {"choices", choices}, {"settings", settings}};
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < 3; i++)
        rc = sheet_read(sheets[i].name, sheets[i].text, strlen(sheets[i].text), ROWS_MAX, a, &out[i], e);
    return rc;
}

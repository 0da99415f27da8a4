#include "web/password.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

enum { PASSES = 2, MEMORY_BYTES = 64 << 20, DIFFERENT_MIN = 5, PERIOD_MAX = 4 };

_Static_assert(PASSWORD_HASH_BYTES >= crypto_pwhash_argon2id_STRBYTES, "room for the hash");

/* Of which common passwords are made, in Chinese pinyin and English: a password that has no other letters is common. Not
 * the list of the most used ones, since those are under 12 characters: what people make longer ones of. */
static const char *const words[] = {
    "abc", "abcd", "abcdef", "aini", "account", "adm", "admin", "administrator", "access", "aa", "amanda", "andrew", "angel", "anhui",
    "apple", "asd", "asdf", "asdfgh", "asdfghjkl", "ashley", "autumn", "baba", "baobao", "baby", "bailey", "baseball",
    "batman", "beijing", "buster", "changeme", "change", "charlie", "chengdu", "china", "chongqing", "cheese", "chocolate",
    "computer", "cookie", "dada", "daniel", "data", "default", "demo", "dragon", "east", "enter", "family", "football", "forever",
    "friend", "friends", "fuck", "fujian", "gansu", "george", "god", "google", "gov", "government", "guangdong", "guangxi",
    "guangzhou", "guest", "guizhou", "hangzhou", "haha", "hahaha", "hainan", "hannah", "happy", "hebei", "heilongjiang", "hello", "henan",
    "hubei", "hunan", "hunter", "iloveyou", "internet", "is", "ivan", "jasmine", "jennifer", "jessica", "jesus", "jiangsu", "jiangxi",
    "jilin", "jordan", "joshua", "killer", "letmein", "liaoning", "log", "login", "love", "lovely", "loveme", "loveyou", "mama", "master", "matthew",
    "me", "michael", "michelle", "minyi", "monkey", "monday", "mother", "mustang", "my", "nanjing", "ni", "nihao", "ninja", "ningxia", "north", "office", "ok",
    "orange", "pass", "passw", "passwd", "password", "passwort", "pepper", "phone", "please", "poi", "princess", "pwd", "q", "qaz", "qazwsx",
    "qinghai", "qq", "qwe", "qwer", "qwert", "qwerty", "qwertyuiop", "ranger", "robert", "root", "samsung", "secret", "security", "server", "service",
    "shadow", "shaanxi", "shandong", "shanghai", "shanxi", "shenzhen", "sichuan", "soccer", "south", "spring", "starwars", "sudo", "summer", "sunday", "sunshine", "super", "superman", "survey",
    "superuser", "suzhou", "sys", "system", "taiwan", "temp", "test", "tester", "testing", "thomas", "tianjin", "tibet", "tigger", "the", "this", "trustno", "user",
    "wang", "web", "wechat", "weixin", "welcome", "west", "whatever", "winter", "wo", "woaini", "woaiwojia", "wsx", "wuhan", "xian", "xiao", "xinjiang",
    "xizang", "yellow", "you", "yunnan", "zaq", "zhang", "zhejiang", "zhongguo", "zxc", "zxcv", "zxcvbn", "zxcvbnm"};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters alone, small; with_signs: the usual signs among them put back, but not those before and after: "P@ssw0rd2014!"
 * is "password". */
static size_t fold(const char *s, bool with_signs, char *out, size_t size)
{
    static const char signs[] = "0o1l3e4a5s7t@a$s!i";
    size_t n = 0, len = strlen(s);
    while (len > 0 && !is_letter(s[len - 1]))
        len--;
    for (size_t i = 0; i < len && n + 1 < size; i++) {
        char c = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] - 'A' + 'a') : s[i];
        for (size_t k = 0; with_signs && n > 0 && k + 1 < sizeof signs; k += 2)
            if (signs[k] == c) {
                c = signs[k + 1];
                break;
            }
        if (c >= 'a' && c <= 'z')
            out[n++] = c;
    }
    out[n] = '\0';
    return n;
}

/* Can the whole of p be cut into common words and `name`? reach[i]: its first i letters can. */
static bool is_made_of(const char *p, size_t len, const char *name, size_t name_len)
{
    bool reach[PASSWORD_BYTES_MAX + 1] = {true};
    for (size_t i = 0; i < len; i++) {
        for (size_t k = 0; reach[i] && k < sizeof words / sizeof *words; k++) {
            size_t n = strlen(words[k]);
            if (n <= len - i && memcmp(p + i, words[k], n) == 0)
                reach[i + n] = true;
        }
        if (reach[i] && name_len > 0 && name_len <= len - i && memcmp(p + i, name, name_len) == 0)
            reach[i + name_len] = true;
    }
    return reach[len];
}

static bool has_other_letters(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s >= 0x80)
            return true;
    return false;
}

static bool has_few_characters(const char *s)
{
    bool seen[256] = {false};
    size_t n = 0;
    for (; *s != '\0'; s++) {
        n += !seen[(unsigned char)*s];
        seen[(unsigned char)*s] = true;
    }
    return n < DIFFERENT_MIN;
}

/* The same few characters again and again, or each the neighbour of the one before: 123456789012. */
static bool is_a_run(const char *s, size_t len)
{
    size_t n_steps = 0;
    for (size_t period = 1; period <= PERIOD_MAX; period++) {
        size_t i = period;
        while (i < len && s[i] == s[i - period])
            i++;
        if (i == len)
            return true;
    }
    for (size_t i = 1; i < len; i++) {
        int step = s[i] - s[i - 1];
        n_steps += step == 1 || step == -1 || step == 0 || step == 9 || step == -9;
    }
    return n_steps + 2 >= len;
}

const char *password_fault(const char *password, const char *name)
{
    char plain[PASSWORD_BYTES_MAX + 1], folded[PASSWORD_BYTES_MAX + 1], own[PASSWORD_BYTES_MAX + 1];
    size_t len = strlen(password), n = text_length(password, len);
    if (n < PASSWORD_MIN)
        return "short";
    if (n > PASSWORD_MAX || len > PASSWORD_BYTES_MAX)
        return "long";
    size_t n_own = fold(name, false, own, sizeof own), n_plain = fold(password, false, plain, sizeof plain);
    size_t n_folded = fold(password, true, folded, sizeof folded);
    if (has_few_characters(password) || is_a_run(password, len))
        return "common";
    if (has_other_letters(password))
        return NULL;
    if (n_plain == 0) /* digits and signs alone */
        return NULL;
    if (is_made_of(plain, n_plain, "", 0) || is_made_of(folded, n_folded, "", 0))
        return "common";
    return is_made_of(plain, n_plain, own, n_own) || is_made_of(folded, n_folded, own, n_own) ? "name" : NULL;
}

enum rc password_hash(const char *password, char out[PASSWORD_HASH_BYTES], struct rc_info *e)
{
    return crypto_pwhash_str_alg(out, password, strlen(password), PASSES, MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0
               ? RC_OK
               : rc_set(e, RC_NOMEM, "no memory to hash a password");
}

/* A hash of a random password that nobody knows; with the cost of the others. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$rY9dZ1xkq3i0m1c3m0mJ5A$3Wn9m1wQxq0m8tq4f3v8i0Xb8i2r1o9v6n3s5t7u9w4";

bool password_matches(const char *hash, const char *password)
{
    bool is_somebody = hash != NULL;
    bool is_right = crypto_pwhash_str_verify(is_somebody ? hash : nobody, password, strlen(password)) == 0;
    return is_somebody && is_right;
}

const char *password_nobody(void)
{
    return nobody;
}

//! The built-in attributes of a customer: their keys, types and the headers people write for them.

use domain::ValueType;

/// A built-in attribute.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// key, as in `domain::record::CustomerRecord`
    pub key: &'static str,
    /// type of its values
    pub value: ValueType,
    /// name in Chinese
    pub zh: &'static str,
    /// name in English
    pub en: &'static str,
    /// headers that mean it, normalised (see [`crate::header::normal`])
    pub(crate) headers: &'static [&'static str],
}

const fn a(key: &'static str, value: ValueType, zh: &'static str, en: &'static str, headers: &'static [&'static str]) -> Attribute {
    Attribute { key, value, zh, en, headers }
}

/// Is this one of the headers people write for the attribute?
pub(crate) fn named(key: &str, header: &str) -> bool {
    let written = crate::header::normal(header);
    ALL.iter().any(|a| a.key == key && a.headers.contains(&written.as_str()))
}

use ValueType::{Bool, Day, Int, Money, Text};

/// Every built-in attribute.
pub const ALL: &[Attribute] = &[
    a("gender", Text, "性别", "gender", &["性别", "客户性别", "会员性别", "gender", "sex", "genre", "customer gender", "性別"]),
    a("profiling_refused", Bool, "不愿被分析", "does not want to be profiled", &[
        "不愿被分析", "拒绝画像", "拒绝用户画像", "不参与分析", "不参与画像", "profiling refused", "no profiling", "opt out of profiling", "profiling opt out", "objects to profiling",
    ]),
    a("birthday", Day, "生日", "birthday", &[
        "生日", "出生日期", "出生年月日", "出生年月", "会员生日", "客户生日", "birthday", "birth date", "date of birth", "dob", "birthdate", "出生日", "生辰",
    ]),
    a("birth_year", Int, "出生年份", "year of birth", &["出生年份", "出生年", "birth year", "year birth", "year of birth", "yob"]),
    a("age", Int, "年龄", "age", &["年龄", "客户年龄", "年齡", "age", "customer age"]),
    a("income", Money, "收入", "income", &[
        "收入", "年收入", "月收入", "家庭收入", "收入水平", "income", "annual income", "yearly income", "household income", "salary",
    ]),
    a("occupation", Text, "职业", "occupation", &["职业", "职业类别", "工作", "occupation", "job", "profession", "job title", "職業"]),
    a("education", Text, "学历", "education", &["学历", "教育程度", "文化程度", "受教育程度", "education", "education level", "degree", "學歷"]),
    a("marital_status", Text, "婚姻状况", "marital status", &["婚姻", "婚姻状况", "婚否", "婚姻状态", "marital", "marital status", "marriage"]),
    a("country", Text, "国家", "country", &["国家", "国家地区", "所在国家", "country", "nation", "country region", "國家", "国别"]),
    a("province", Text, "省份", "province", &[
        "省", "省份", "所在省", "所在省份", "省市", "收货省份", "province", "state", "region", "county", "省級",
    ]),
    a("city", Text, "城市", "city", &["城市", "市", "所在城市", "所在市", "收货城市", "常住城市", "city", "town", "suburb", "home city"]),
    a("district", Text, "区县", "district", &["区", "区县", "所在区", "县区", "district", "borough"]),
    a("signup_day", Day, "注册日期", "sign-up day", &[
        "注册日期", "注册时间", "入会日期", "入会时间", "开卡日期", "开卡时间", "建档日期", "加入时间", "会员注册时间", "首次关注时间", "成为会员时间", "signup date", "sign up date", "signup",
        "signup day", "signup time", "registered", "registered at", "registration date", "registration time", "join date", "joined",
        "joined at", "enrollment date", "member since", "customer since", "dt customer", "created at", "create time", "创建时间", "建立日期",
    ]),
    a("acquisition_channel", Text, "获客渠道", "acquisition channel", &[
        "获客渠道", "来源", "客户来源", "会员来源", "注册渠道", "来源渠道", "注册来源", "acquisition channel", "source", "lead source", "utm source", "signup channel", "referrer",
    ]),
    a("interests", Text, "兴趣", "interests", &["兴趣", "兴趣爱好", "爱好", "偏好", "interests", "interest", "hobbies", "hobby"]),
    a("values", Text, "价值观", "values", &["价值观", "消费观", "消费观念", "values", "value orientation"]),
    a("lifestyle", Text, "生活方式", "lifestyle", &["生活方式", "生活风格", "lifestyle", "life style"]),
    a("industry", Text, "行业", "industry", &["行业", "所属行业", "行业类别", "industry", "sector", "vertical", "行業"]),
    a("employees", Int, "员工人数", "employees", &[
        "员工人数", "员工数", "人员规模", "公司规模", "企业规模", "人数", "employees", "number of employees", "employee count", "headcount", "company size", "staff",
    ]),
    a("annual_revenue", Money, "年营业额", "annual revenue", &[
        "年营业额", "营业额", "年营收", "年收入额", "年销售额", "annual revenue", "company revenue", "turnover", "annual turnover",
    ]),
    a("purchase_intent", Text, "采购意向", "purchase intent", &[
        "采购意向", "购买意向", "意向", "意向等级", "意向程度", "purchase intent", "intent", "buying intent", "purchase intention",
    ]),
    a("account_grade", Text, "客户级别", "account grade", &[
        "客户级别", "客户分级", "大客户级别", "客户评级", "客户等级", "大客户等级", "客户等級", "account grade", "customer grade", "account rating", "account tier", "account level", "account class", "customer tier",
    ]),
    a("household_size", Int, "家庭人数", "household size", &["家庭人数", "家庭人口", "家庭成员数", "household size", "family size"]),
    a("acquisition_cost", Money, "获客成本", "acquisition cost", &["获客成本", "拉新成本", "acquisition cost", "customer acquisition cost", "cac"]),
];

/// By key.
pub fn find(key: &str) -> Option<&'static Attribute> {
    ALL.iter().find(|a| a.key == key)
}

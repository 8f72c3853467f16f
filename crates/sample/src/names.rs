//! Words the sample business is made of, in both languages.

use domain::Lang;

pub(crate) const PRODUCTS_A_CATEGORY: usize = 8;

/// (zh, en) of the categories.
pub(crate) const CATEGORIES: [(&str, &str); 5] =
    [("茶叶", "Tea"), ("茶具", "Teaware"), ("点心", "Pastry"), ("小家电", "Appliances"), ("礼盒", "Gift sets")];

const KINDS: [[(&str, &str); PRODUCTS_A_CATEGORY]; 5] = [
    [("龙井", "Longjing"), ("铁观音", "Tieguanyin"), ("普洱", "Pu'er"), ("正山小种", "Lapsang"), ("白毫银针", "Silver Needle"), ("茉莉花茶", "Jasmine"), ("大红袍", "Da Hong Pao"), ("祁门红茶", "Keemun")],
    [("盖碗", "Gaiwan"), ("紫砂壶", "Yixing pot"), ("公道杯", "Fairness cup"), ("茶盘", "Tea tray"), ("旅行茶具", "Travel set"), ("玻璃壶", "Glass pot"), ("品茗杯", "Tasting cup"), ("茶叶罐", "Tea caddy")],
    [("绿豆糕", "Mung bean cake"), ("凤梨酥", "Pineapple cake"), ("桂花糕", "Osmanthus cake"), ("坚果", "Nuts"), ("蛋黄酥", "Yolk pastry"), ("米香", "Rice crisps"), ("酥饼", "Flaky biscuit"), ("话梅", "Dried plum")],
    [("煮茶器", "Tea brewer"), ("电水壶", "Kettle"), ("恒温杯垫", "Cup warmer"), ("迷你冰箱", "Mini fridge"), ("加湿器", "Humidifier"), ("电陶炉", "Ceramic stove"), ("封口机", "Sealer"), ("消毒柜", "Sterilizer")],
    [("中秋礼盒", "Mid-Autumn box"), ("新年礼盒", "New Year box"), ("婚礼伴手礼", "Wedding favours"), ("商务礼盒", "Business box"), ("生日礼盒", "Birthday box"), ("节气茶礼", "Solar-term set"), ("定制礼盒", "Custom box"), ("母亲节礼盒", "Mother's Day box")],
];

/// Name of a product number.
pub(crate) fn product(number: usize, lang: Lang) -> &'static str {
    let (zh, en) = KINDS[number / PRODUCTS_A_CATEGORY % 5][number % PRODUCTS_A_CATEGORY];
    lang.pick(zh, en)
}

/// Category of a product number.
pub(crate) fn category(number: usize, lang: Lang) -> &'static str {
    let (zh, en) = CATEGORIES[number / PRODUCTS_A_CATEGORY % 5];
    lang.pick(zh, en)
}

pub(crate) const CHANNELS: [(&str, &str); 4] = [("小程序", "mini program"), ("门店", "store"), ("天猫", "Tmall"), ("企业采购", "B2B desk")];
pub(crate) const STORES: [(&str, &str); 5] =
    [("南京西路店", "West Nanjing Rd"), ("西湖店", "West Lake"), ("天府店", "Tianfu"), ("国贸店", "Guomao"), ("珠江新城店", "Zhujiang New Town")];
/// (city, province, weight), names in both languages; where there is no province the city is its own country.
pub(crate) const CITIES: [((&str, &str), (&str, &str), f64); 14] = [
    (("上海", "Shanghai"), ("上海", "Shanghai"), 16.0),
    (("北京", "Beijing"), ("北京", "Beijing"), 13.0),
    (("杭州", "Hangzhou"), ("浙江", "Zhejiang"), 12.0),
    (("广州", "Guangzhou"), ("广东", "Guangdong"), 10.0),
    (("深圳", "Shenzhen"), ("广东", "Guangdong"), 9.0),
    (("成都", "Chengdu"), ("四川", "Sichuan"), 9.0),
    (("武汉", "Wuhan"), ("湖北", "Hubei"), 7.0),
    (("西安", "Xi'an"), ("陕西", "Shaanxi"), 6.0),
    (("沈阳", "Shenyang"), ("辽宁", "Liaoning"), 5.0),
    (("绍兴", "Shaoxing"), ("浙江", "Zhejiang"), 5.0),
    (("洛阳", "Luoyang"), ("河南", "Henan"), 4.0),
    (("桂林", "Guilin"), ("广西", "Guangxi"), 4.0),
    (("香港", "Hong Kong"), ("香港", "Hong Kong"), 2.0),
    (("新加坡", "Singapore"), ("", ""), 2.0),
];
pub(crate) const OCCUPATIONS: [(&str, &str); 6] =
    [("职员", "Clerk"), ("教师", "Teacher"), ("工程师", "Engineer"), ("自由职业", "Freelancer"), ("公务员", "Civil servant"), ("学生", "Student")];
pub(crate) const EDUCATIONS: [(&str, &str); 4] = [("高中", "High school"), ("大专", "College"), ("本科", "Bachelor"), ("硕士", "Master")];
pub(crate) const MARITAL: [(&str, &str); 3] = [("已婚", "Married"), ("未婚", "Single"), ("离异", "Divorced")];
pub(crate) const LIFESTYLES: [(&str, &str); 4] =
    [("居家", "Homebody"), ("差旅多", "Frequent traveller"), ("运动", "Active"), ("社交", "Sociable")];
/// Coupon codes.
pub(crate) const COUPONS: [&str; 4] = ["WELCOME10", "TEA618", "AUTUMN20", "MEMBER5"];
pub(crate) const INTERESTS: [(&str, &str); 5] =
    [("户外", "Outdoors"), ("烹饪", "Cooking"), ("阅读", "Reading"), ("旅行", "Travel"), ("健身", "Fitness")];
pub(crate) const VALUES: [(&str, &str); 4] =
    [("注重环保", "Environment-minded"), ("看重价格", "Price-minded"), ("追求品质", "Quality-minded"), ("喜欢新品", "Novelty-minded")];
pub(crate) const INDUSTRIES: [(&str, &str); 5] =
    [("酒店餐饮", "Hospitality"), ("科技", "Technology"), ("金融", "Finance"), ("制造", "Manufacturing"), ("教育", "Education")];
pub(crate) const REASONS: [(&str, &str); 4] = [("包装破损", "Damaged"), ("与描述不符", "Not as described"), ("不想要了", "Changed mind"), ("物流慢", "Late")];

const FAMILY: [&str; 24] = ["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "罗", "梁", "宋", "郑", "谢", "韩"];
const GIVEN: [&str; 24] =
    ["伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰", "霞", "平", "刚", "桂英", "雨桐"];
const FIRST: [&str; 24] = ["Emma", "Liam", "Olivia", "Noah", "Ava", "Mason", "Mia", "Lucas", "Zoe", "Ethan", "Ella", "Jack", "Grace", "Henry", "Chloe", "Leo", "Ruby", "Oscar", "Alice", "Max", "Nora", "Hugo", "Iris", "Felix"];
const LAST: [&str; 24] = ["Smith", "Brown", "Wilson", "Taylor", "Clark", "Lewis", "Walker", "Hall", "Young", "King", "Wright", "Green", "Baker", "Adams", "Nelson", "Hill", "Moore", "Ward", "Cook", "Bell", "Reed", "Gray", "Price", "Wood"];

/// A person's name.
pub(crate) fn person(a: i64, b: i64, lang: Lang) -> String {
    let (a, b) = ((a % 24) as usize, (b % 24) as usize);
    match lang {
        Lang::Zh => format!("{}{}", FAMILY[a], GIVEN[b]),
        Lang::En => format!("{} {}", FIRST[b], LAST[a]),
    }
}

/// A company's name.
pub(crate) fn company(a: i64, b: i64, number: u32, lang: Lang) -> String {
    let (a, b) = ((a % 24) as usize, (b % 5) as usize);
    match lang {
        Lang::Zh => format!("{}{}{}有限公司", FAMILY[a], ["泰", "和", "盛", "源", "嘉"][b], number),
        Lang::En => format!("{} {} {} Ltd", LAST[a], ["Trading", "Hotels", "Works", "Labs", "Partners"][b], number),
    }
}

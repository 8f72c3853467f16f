//! Members of whom a third come again, as somebody at a till would write them down: under another number, with a slip of the pen, a new
//! address, something left out. Who is who is handed out beside, so that what is found can be held against it.

use crate::chance::Chance;

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严";
const GIVEN: &str = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉红建国文辉力志宏海燕梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希宁欣飘育滢馥筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思";
const CITIES: [&str; 12] = ["上海", "北京", "杭州", "广州", "深圳", "成都", "武汉", "南京", "西安", "重庆", "苏州", "天津"];

struct Person {
    name: String,
    phone: String,
    mail: String,
    gender: &'static str,
    birthday: String,
    city: &'static str,
}

fn letter(text: &str, chance: &mut Chance) -> char {
    let all: Vec<char> = text.chars().collect();
    *chance.one(&all)
}

fn name(chance: &mut Chance) -> String {
    let mut name = String::from(letter(SURNAMES, chance));
    name.push(letter(GIVEN, chance));
    if chance.with(0.8) {
        name.push(letter(GIVEN, chance));
    }
    name
}

/// One digit of a number becomes another.
fn slip(digits: &str, chance: &mut Chance) -> String {
    let at = chance.between(4, digits.len() as i64 - 1) as usize;
    let turned = |c: char| char::from_digit((c.to_digit(10).unwrap_or(0) + 3) % 10, 10).unwrap_or(c);
    digits.chars().enumerate().map(|(i, c)| if i == at { turned(c) } else { c }).collect()
}

/// So many members, and those of them who come again: two files with headings in Chinese, and the pairs of numbers that are one.
pub fn doubles(people: usize, seed: u64) -> (String, String, Vec<(String, String)>) {
    let mut chance = Chance::new(seed);
    let head = "会员号,姓名,手机号,邮箱,性别,生日,城市\n";
    let (mut members, mut again, mut truth) = (head.to_owned(), head.to_owned(), Vec::new());
    for n in 0..people {
        let p = Person {
            name: name(&mut chance),
            phone: format!("13{:09}", chance.between(0, 999_999_999)),
            mail: format!("u{:06}{}@example.com", chance.between(0, 999_999), n),
            gender: *chance.one(&["女", "男"]),
            birthday: format!("{}-{:02}-{:02}", chance.between(1950, 2005), chance.between(1, 12), chance.between(1, 28)),
            city: *chance.one(&CITIES),
        };
        members.push_str(&format!("M{n:06},{},{},{},{},{},{}\n", p.name, p.phone, p.mail, p.gender, p.birthday, p.city));
        if n % 3 != 0 {
            continue;
        }
        let written = if chance.with(0.15) {
            let mut letters: Vec<char> = p.name.chars().collect();
            if let Some(last) = letters.last_mut() {
                *last = letter(GIVEN, &mut chance);
            }
            letters.into_iter().collect()
        } else {
            p.name.clone()
        };
        let phone = match chance.between(0, 9) {
            0..=2 => p.phone.clone(),
            3..=6 => slip(&p.phone, &mut chance),
            7 => String::new(),
            _ => format!("15{:09}", chance.between(0, 999_999_999)),
        };
        let mail = if chance.with(0.4) { p.mail.replace("example.com", "mail.example.org") } else { String::new() };
        let birthday = if chance.with(0.9) { p.birthday.as_str() } else { "" };
        let city = if chance.with(0.85) { p.city } else { *chance.one(&CITIES) };
        again.push_str(&format!("T{n:06},{written},{phone},{mail},{},{birthday},{city}\n", p.gender));
        truth.push((format!("M{n:06}"), format!("T{n:06}")));
    }
    (members, again, truth)
}

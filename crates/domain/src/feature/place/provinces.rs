//! The 34 provinces of China.

/// A province, municipality or region of China.
#[derive(Debug, PartialEq, Eq)]
pub struct Province {
    /// short Chinese name
    pub zh: &'static str,
    /// English name
    pub en: &'static str,
    /// one of the seven regions
    pub region: Region,
    /// north of the Qinling–Huaihe line (whole provinces, by custom)
    pub north: bool,
}

/// The customary seven regions, and Hong Kong, Macao and Taiwan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Region {
    /// 华北
    North,
    /// 东北
    Northeast,
    /// 华东
    East,
    /// 华中
    Central,
    /// 华南
    South,
    /// 西南
    Southwest,
    /// 西北
    Northwest,
    /// 港澳台
    HkMoTw,
}

impl Region {
    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Region::North => "north_china",
            Region::Northeast => "northeast_china",
            Region::East => "east_china",
            Region::Central => "central_china",
            Region::South => "south_china",
            Region::Southwest => "southwest_china",
            Region::Northwest => "northwest_china",
            Region::HkMoTw => "hk_mo_tw",
        }
    }
}

const fn province(zh: &'static str, en: &'static str, region: Region, north: bool) -> Province {
    Province { zh, en, region, north }
}

pub(super) static PROVINCES: [Province; 34] = [
    province("北京", "Beijing", Region::North, true),
    province("天津", "Tianjin", Region::North, true),
    province("河北", "Hebei", Region::North, true),
    province("山西", "Shanxi", Region::North, true),
    province("内蒙古", "Inner Mongolia", Region::North, true),
    province("辽宁", "Liaoning", Region::Northeast, true),
    province("吉林", "Jilin", Region::Northeast, true),
    province("黑龙江", "Heilongjiang", Region::Northeast, true),
    province("上海", "Shanghai", Region::East, false),
    province("江苏", "Jiangsu", Region::East, false),
    province("浙江", "Zhejiang", Region::East, false),
    province("安徽", "Anhui", Region::East, false),
    province("福建", "Fujian", Region::East, false),
    province("江西", "Jiangxi", Region::East, false),
    province("山东", "Shandong", Region::East, true),
    province("河南", "Henan", Region::Central, true),
    province("湖北", "Hubei", Region::Central, false),
    province("湖南", "Hunan", Region::Central, false),
    province("广东", "Guangdong", Region::South, false),
    province("广西", "Guangxi", Region::South, false),
    province("海南", "Hainan", Region::South, false),
    province("重庆", "Chongqing", Region::Southwest, false),
    province("四川", "Sichuan", Region::Southwest, false),
    province("贵州", "Guizhou", Region::Southwest, false),
    province("云南", "Yunnan", Region::Southwest, false),
    province("西藏", "Tibet", Region::Southwest, false),
    province("陕西", "Shaanxi", Region::Northwest, true),
    province("甘肃", "Gansu", Region::Northwest, true),
    province("青海", "Qinghai", Region::Northwest, true),
    province("宁夏", "Ningxia", Region::Northwest, true),
    province("新疆", "Xinjiang", Region::Northwest, true),
    province("香港", "Hong Kong", Region::HkMoTw, false),
    province("澳门", "Macao", Region::HkMoTw, false),
    province("台湾", "Taiwan", Region::HkMoTw, false),
];

const ALIASES: [(&str, &str); 4] = [("macau", "Macao"), ("neimenggu", "Inner Mongolia"), ("xizang", "Tibet"), ("hongkongsar", "Hong Kong")];

/// By a bare name (see `bare`).
pub(super) fn find(bare_name: &str) -> Option<&'static Province> {
    if bare_name.is_empty() {
        return None;
    }
    let name = ALIASES.iter().find(|(alias, _)| *alias == bare_name).map(|(_, en)| super::bare(en));
    let name = name.as_deref().unwrap_or(bare_name);
    PROVINCES.iter().find(|p| p.zh == name || super::bare(p.en) == name)
}

//! Files of companies: their lists, the people in them and what they signed meet under one number or one name.

use crate::seen::{Seen, look};
use domain::{
    Value,
    identity::{Identifier, IdentifierKind},
    record::{ContactRecord, CustomerRecord, Record},
};
use sources::{Code, Kind};

fn external(value: &str) -> Vec<Identifier> {
    vec![Identifier { kind: IdentifierKind::External, value: value.into() }]
}

fn customers(seen: &Seen) -> Vec<&CustomerRecord> {
    seen.records.iter().filter_map(|r| if let Record::Customer(c) = r { Some(c) } else { None }).collect()
}

fn contacts(seen: &Seen) -> Vec<&ContactRecord> {
    seen.records.iter().filter_map(|r| if let Record::Contact(c) = r { Some(c) } else { None }).collect()
}

/// Whose each order is.
fn buyers(seen: &Seen) -> Vec<Vec<Identifier>> {
    seen.records.iter().filter_map(|r| if let Record::Order(o) = r { Some(o.customer.clone()) } else { None }).collect()
}

#[test]
fn the_number_of_a_company_is_the_customers_in_all_its_files() {
    for number in ["Company ID", "company_no", "Account no", "Organization ID", "公司编号", "企业编号", "客户公司编号", "组织编号", "客户编号"] {
        let firms = look(&format!("{number},Company name,Industry,Employees,Annual revenue,City,Account grade,Website\nC01,Acme Machines Ltd,Machinery,320,\"12,500,000\",Shanghai,A,www.x.com\nC02,Bright Foods,Food,45,\"2,000,000\",Beijing,B,www.y.com\n"));
        assert_eq!(firms.target(number), "customer.id", "{number}");
        let found = customers(&firms);
        assert_eq!(found.iter().map(|c| (c.identifiers.clone(), c.organisation, c.name.as_deref())).collect::<Vec<_>>(), [(external("C01"), true, Some("Acme Machines Ltd")), (external("C02"), true, Some("Bright Foods"))], "{number}");
        assert!(found[0].attributes.contains(&("account_grade".to_owned(), Value::Text("A".to_owned()))));

        let people = look(&format!("Contact ID,{number},Contact name,Role,Phone,E-mail\nP1,C01,Li Lei,Purchasing,+86 13800001111,li@acme.cn\nP2,C01,Han Mei,CFO,13800002222,han@acme.cn\nP3,C02,Wang Wu,Owner,13800003333,\n"));
        let of: Vec<_> = contacts(&people).iter().map(|c| (c.organisation.clone(), c.name.as_deref())).collect();
        if number != "客户编号" && number != "Account no" {
            assert_eq!(people.probe.mapping.kinds, [Kind::Contact], "{number}");
            assert_eq!(contacts(&people)[0].phone.as_deref(), Some("8613800001111"));
            assert_eq!(of, [(external("C01"), Some("Li Lei")), (external("C01"), Some("Han Mei")), (external("C02"), Some("Wang Wu"))], "{number}");
        }
        assert_eq!(of.iter().filter(|(who, _)| who.first() == external("C01").first()).count(), 2, "{number}");
        assert_eq!(people.target("Contact ID"), "ignore");

        let orders = look(&format!("Order no,{number},Order date,Amount\nB000,C01,2024-01-10,10000\nB001,C02,2024-02-10,10100\n"));
        assert_eq!(buyers(&orders), [external("C01"), external("C02")], "{number}");
        assert!(customers(&orders).iter().all(|c| c.organisation));
    }
    // a number of the customer's own is stronger, and people of one company stay people
    assert_eq!(look("order id,customer id,company id,date,amount\nA1,K1,7,2025-01-01,5\nA2,K2,7,2025-01-02,5\n").target("company id"), "ignore");
    let staff = look("公司编号,姓名,手机号,性别,生日\n7,王伟,13800001111,男,1990-01-02\n7,李娜,13800002222,女,1991-01-02\n");
    assert!(customers(&staff).iter().all(|c| !c.organisation && c.identifiers[0].kind == IdentifierKind::Phone), "{:?}", staff.records);
}

#[test]
fn a_list_of_companies_with_who_is_asked_for_there() {
    let seen = look("公司编号,公司名称,统一社会信用代码,行业,员工人数,年营收,联系人,联系电话,客户等级\nC001,上海明远机械有限公司,91310000MA1FL0XX1A,机械制造,320,1250万,李雷,13800001111,A\nC002,北京味多食品有限公司,91110000MA1FL0XX1B,食品,45人,2000000,韩梅,010-88886666,B\n");
    for (header, target) in [("公司编号", "customer.id"), ("公司名称", "customer.company"), ("联系人", "contact.name"), ("联系电话", "contact.phone"), ("员工人数", "attribute.employees"), ("客户等级", "attribute.account_grade")] {
        assert_eq!(seen.target(header), target, "{header}");
    }
    assert!(seen.rejects.is_empty());
    // by its number, and by its name for files that know no number
    let (one, two) = ([external("C001"), external("上海明远机械有限公司")].concat(), [external("C002"), external("北京味多食品有限公司")].concat());
    assert_eq!(customers(&seen).iter().map(|c| (c.identifiers.clone(), c.organisation)).collect::<Vec<_>>(), [(one.clone(), true), (two.clone(), true)]);
    assert_eq!(contacts(&seen).iter().map(|c| c.organisation.clone()).collect::<Vec<_>>(), [one, two]);
    // a name that two numbers share is neither's
    let shared = look("公司编号,公司名称,行业\nC1,星月咖啡有限公司,餐饮\nC2,星月咖啡有限公司,餐饮\n");
    assert_eq!(customers(&shared).iter().map(|c| c.identifiers.clone()).collect::<Vec<_>>(), [external("C1"), external("C2")]);
    // whoever names no company is no organisation
    let mixed = look("email,company,city\na@x.com,Acme Ltd,Leeds\nb@x.com,,York\n");
    assert_eq!(customers(&mixed).iter().map(|c| c.organisation).collect::<Vec<_>>(), [true, false]);
    // grades in words are the business's own
    assert_eq!(look("会员号,姓名,客户等级\nM1,王伟,金卡\nM2,李娜,银卡\n").target("客户等级"), "custom.客户等级");
}

#[test]
fn companies_known_by_their_name_alone_meet_in_all_files() {
    let (one, two) = ("上海明远机械有限公司", "北京味多食品有限公司");
    let both = [external(one), external(two)];
    for head in ["公司名称", "企业名称", "客户名称", "Company name", "company"] {
        for tail in ["统一社会信用代码,员工人数,联系人,联系电话", "行业,员工人数,联系人,联系电话", "行业,员工人数,contact,phone"] {
            let firms = look(&format!("{head},{tail}\n{one},91310000MA1FL0XX1A,320,李雷,13800001111\n{two},91110000MA1FL0XX1B,45,韩梅,010-88886666\n"));
            let found: Vec<_> = customers(&firms).iter().map(|c| (c.identifiers.clone(), c.organisation, c.name.clone())).collect();
            assert_eq!(found, [(external(one), true, Some(one.to_owned())), (external(two), true, Some(two.to_owned()))], "{head} {tail}");
            assert!(firms.guessed(Code::GuessCustomerName));
        }
        for tail in ["联系人,职务,手机", "姓名,职务,手机号", "联系人,职务,联系电话"] {
            let people = look(&format!("{head},{tail}\n{one},李雷,采购,13800001111\n{one},韩梅,财务,13800002222\n"));
            let found: Vec<_> = contacts(&people).iter().map(|c| (c.organisation.clone(), c.name.as_deref(), c.phone.is_some())).collect();
            assert_eq!(found, [(external(one), Some("李雷"), true), (external(one), Some("韩梅"), true)], "{head} {tail}");
            assert!(customers(&people).iter().all(|c| c.organisation && c.name.as_deref() == Some(one) && c.identifiers == external(one)), "{head} {tail}");
        }
        let orders = look(&format!("合同编号,{head},签约日期,合同金额(万元)\nHT1,{one},2025-03-01,12.5\nHT2,{two},2025-03-02,1.2\nHT3,{one},2025-05-01,3\n"));
        assert_eq!(orders.orders(), [("HT1", 12_500_000), ("HT2", 1_200_000), ("HT3", 3_000_000)], "{head}");
        assert_eq!(buyers(&orders)[..2], both, "{head}");
        assert!(customers(&orders).iter().all(|c| c.organisation && c.name.is_some()));
        // the phone of who signed says nothing of who bought
        let signed = look(&format!("合同号,{head},联系人,联系电话,签订日期,成交金额\nHT1,{one},李雷,13800001111,2025-03-01,12.5\nHT2,{one},韩梅,13800002222,2025-03-02,1.2\n"));
        assert_eq!(buyers(&signed), [external(one), external(one)], "{head}");
    }
    // people who sign contracts are people, and someone's employer is not who buys
    let people = look("合同编号,客户名称,签约日期,合同金额\nHT1,张三,2025-03-01,12.5\nHT2,李四,2025-03-02,1.2\n");
    assert_eq!((buyers(&people), customers(&people).len()), (vec![external("张三"), external("李四")], 0));
    let employed = look("客户编号,姓名,手机号,性别,行业\nK1,王伟,13800001111,男,零售\nK2,李娜,13800002222,女,制造\n");
    assert!(customers(&employed).iter().all(|c| !c.organisation));
}

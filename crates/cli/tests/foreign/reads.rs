//! Files of reads.

use crate::succeed;

#[test]
fn a_mean_quality_of_zero_has_no_sign() {
    let table = succeed(&["stats", "-aT", "reads/all-q0.fq"]);
    let (names, values) = table.trim_end().split_once('\n').unwrap();
    let column = names.split('\t').position(|name| name == "AvgQual").unwrap();
    assert_eq!(values.split('\t').nth(column), Some("0.00"), "{table}");
}

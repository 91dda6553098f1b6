//! Values of JSON.

use pagecut::qc::report::Positions;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::verify::Fault;

/// A value. The fields of an object keep their order.
pub(super) enum Value {
    Null,
    Count(u64),
    Integer(i64),
    Number(f64),
    Single(f32),
    Text(String),
    Fault(Fault),
    List(Vec<Value>),
    Object(Vec<(&'static str, Value)>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Integer(integer) => serializer.serialize_i64(*integer),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Single(number) => serializer.serialize_f32(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Fault(fault) => fault.serialize(serializer),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                fields.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

/// Returns a list with a value for each row.
pub(super) fn list<T>(rows: &[T], value: impl Fn(&T) -> Value) -> Value {
    Value::List(rows.iter().map(value).collect())
}

/// Returns a row of positions, or of lengths.
pub(super) fn with_positions(positions: Positions, fields: Vec<(&'static str, Value)>) -> Value {
    let row = [("first", Value::Count(positions.first)), ("last", Value::Count(positions.last))];
    Value::Object(row.into_iter().chain(fields).collect())
}

/// Returns rows of a quality score and a number of reads.
pub(super) fn qualities(rows: &[(u8, u64)]) -> Value {
    list(rows, |&(quality, reads)| {
        Value::Object(vec![("quality", Value::Count(quality.into())), ("reads", Value::Count(reads))])
    })
}

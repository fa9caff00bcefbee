//! What a request asks of which partition: read off the request, and for reads off the reply as well.
//!
//! A write is counted by the items it carries; an update and a delete, whose items only the engine knows,
//! by one unit, and what they change in an index not at all. A batch of reads is not counted.

use std::collections::HashMap;

use chat_domain::partition::key_hash;
use serde_json::{Map, Value};

use super::super::tables::{PartitionKeys, Tables};

/// Of one table or index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Demand {
    pub(super) table: String,
    pub(super) index: Option<String>,
    pub(super) key: u64,
    pub(super) half_units: u32,
}

/// The partition keys by table: its own, and that of its index.
pub(super) struct Keys(HashMap<String, PartitionKeys>);

impl Keys {
    /// Of all tables that a store has.
    pub(super) fn of(tables: &Tables) -> Self {
        let all = tables.all().into_iter().chain([tables.calculation()]);
        Self(all.map(|table| (table.name.to_owned(), table.partition_keys())).collect())
    }

    /// Indexes first: one that is throttled refuses the write to its table.
    pub(super) fn of_write(&self, call: &str, body: &Value) -> Vec<Demand> {
        match call {
            "PutItem" => self.of_item(&body["TableName"], &body["Item"], true),
            "UpdateItem" | "DeleteItem" => self.of_item(&body["TableName"], &body["Key"], false),
            "TransactWriteItems" => {
                let actions = body["TransactItems"].as_array().into_iter().flatten();
                let mut demands: Vec<_> =
                    actions.flat_map(|action| self.of_action(action)).collect();
                // A transaction prepares and commits.
                for demand in &mut demands {
                    demand.half_units *= 2;
                }
                demands
            }
            _ => Vec::new(),
        }
    }

    /// What a read cost, as its reply reports it.
    pub(super) fn of_read(&self, body: &Value, reply: &Value) -> Option<Demand> {
        let table = body["TableName"].as_str()?.to_owned();
        let index = body["IndexName"].as_str().map(str::to_owned);
        let units = reply["ConsumedCapacity"]["CapacityUnits"].as_f64().unwrap_or(0.0);
        let values = &body["ExpressionAttributeValues"];
        let of_query = [":p", ":r"].into_iter().find_map(|name| values.get(name));
        let (own, _) = self.0.get(&table)?;
        // A scan has no key: it is where it begins.
        let key = of_query.or_else(|| body["Key"].get(own)).unwrap_or(&body["ExclusiveStartKey"]);
        let half_units = half_units(units);
        Some(Demand { table, index, key: key_of(key), half_units })
    }

    /// Takes what is not admitted out of a batch.
    pub(super) fn take_refused(
        &self,
        body: &mut Value,
        mut admits: impl FnMut(&[Demand]) -> bool,
    ) -> Map<String, Value> {
        let mut refused = Map::new();
        let Some(tables) = body["RequestItems"].as_object_mut() else { return refused };
        for (table, writes) in tables.iter_mut() {
            let name = Value::from(table.as_str());
            let Some(writes) = writes.as_array_mut() else { continue };
            let mut kept = Vec::with_capacity(writes.len());
            let mut back = Vec::new();
            for write in writes.drain(..) {
                let put = &write["PutRequest"]["Item"];
                let demands = if put.is_null() {
                    self.of_item(&name, &write["DeleteRequest"]["Key"], false)
                } else {
                    self.of_item(&name, put, true)
                };
                if admits(&demands) { kept.push(write) } else { back.push(write) }
            }
            *writes = kept;
            if !back.is_empty() {
                refused.insert(table.clone(), back.into());
            }
        }
        tables.retain(|_, writes| writes.as_array().is_none_or(|writes| !writes.is_empty()));
        refused
    }

    fn of_action(&self, action: &Value) -> Vec<Demand> {
        let put = &action["Put"];
        if !put.is_null() {
            return self.of_item(&put["TableName"], &put["Item"], true);
        }
        let keyed = ["Update", "Delete", "ConditionCheck"];
        let keyed = keyed.into_iter().find_map(|name| action.get(name)).unwrap_or(&Value::Null);
        self.of_item(&keyed["TableName"], &keyed["Key"], false)
    }

    /// A whole item, or the key of one.
    fn of_item(&self, table: &Value, item: &Value, whole: bool) -> Vec<Demand> {
        let name = table.as_str().unwrap_or_default();
        let Some((own, index)) = self.0.get(name) else { return Vec::new() };
        let units = if whole { bytes(item).div_ceil(1024).max(1) } else { 1 };
        let half_units = u32::try_from(units * 2).expect("an item has at most 400 kB");
        let demand = |index: Option<&str>, key: &Value, half_units| Demand {
            table: name.to_owned(),
            index: index.map(str::to_owned),
            key: key_of(key),
            half_units,
        };
        let of_index = index.and_then(|(index, key)| {
            let key = item.get(key).filter(|_| whole)?;
            Some(demand(Some(index), key, 2))
        });
        of_index.into_iter().chain([demand(None, &item[*own], half_units)]).collect()
    }
}

fn key_of(value: &Value) -> u64 {
    key_hash(value.to_string().as_bytes())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a request reads at most a megabyte: 256 units"
)]
fn half_units(units: f64) -> u32 {
    (units * 2.0).round() as u32
}

/// Names and values, as DynamoDB counts them.
fn bytes(item: &Value) -> usize {
    let attributes = item.as_object().into_iter().flatten();
    attributes.map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &Value) -> usize {
    if let Some(text) = value["S"].as_str() {
        return text.len();
    }
    match value["N"].as_str() {
        // One byte for each two digits, and one more.
        Some(digits) => digits.trim_end_matches('0').len().div_ceil(2) + 1,
        None => 1,
    }
}

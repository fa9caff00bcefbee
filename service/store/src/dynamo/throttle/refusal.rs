//! How DynamoDB says that it throttles: the class of the exception, the reasons, the rest of a batch.

use chat_domain::partition::{Cause, Reason};
use serde_json::{Map, Value, json};

/// The body of the exception. A transaction is cancelled, with a reason for each of its actions.
pub(super) fn of(call: &str, reason: Reason, actions: usize) -> Value {
    if call == "TransactWriteItems" {
        let throttled = json!({ "Code": "ThrottlingError", "Message": reason.to_string() });
        return json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "message": "Transaction cancelled",
            "CancellationReasons": vec![throttled; actions],
        });
    }
    let class = match reason.cause {
        Cause::KeyRange | Cause::Provisioned => "ProvisionedThroughputExceededException",
        Cause::AccountLimit => "RequestLimitExceeded",
        Cause::MaxOnDemand => "ThrottlingException",
    };
    let reasons = json!([{ "reason": reason.to_string(), "resource": "a modelled table" }]);
    // The classes do not agree on how the field is spelled.
    json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{class}"),
        "message": format!("throughput exceeded: {reason}"),
        "throttlingReasons": reasons,
        "ThrottlingReasons": reasons,
    })
}

/// Adds what was not even asked of the engine to what it left undone itself.
pub(super) fn add_unprocessed(reply: &mut Value, refused: Map<String, Value>) {
    let unprocessed = &mut reply["UnprocessedItems"];
    if unprocessed.is_null() {
        *unprocessed = json!({});
    }
    for (table, writes) in refused {
        let of_table = &mut unprocessed[table];
        match (of_table.as_array_mut(), writes) {
            (Some(undone), Value::Array(writes)) => undone.extend(writes),
            (_, writes) => *of_table = writes,
        }
    }
}

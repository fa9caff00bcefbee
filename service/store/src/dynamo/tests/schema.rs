//! Tables are made once, are ours, and are missed when they are not there.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};

use super::tables::TestTables;
use crate::{Store as _, StoreError, dynamo::TableError};

#[tokio::test]
async fn tables_are_made_once() {
    let tables = TestTables::make("schema-again").await;
    tables.create_tables().await.unwrap();
    tables.probe().await.unwrap();
}

#[tokio::test]
async fn missing_tables_are_told_by_the_probe() {
    let tables = TestTables::make("schema-missing").await;
    tables.writer().delete_table().table_name(&tables.tables.reactions).send().await.unwrap();
    let told = tables.probe().await;
    assert!(
        matches!(&told, Err(StoreError::Unavailable(why)) if why.contains("non-existent")),
        "{told:?}"
    );
    // What is missing is made, what is deleted already is deleted.
    tables.create_tables().await.unwrap();
    tables.probe().await.unwrap();
    tables.delete_tables().await.unwrap();
    tables.delete_tables().await.unwrap();
}

#[tokio::test]
async fn a_table_of_somebody_else_is_refused() {
    let tables = TestTables::make("schema-other").await;
    let name = &tables.tables.members;
    tables.writer().delete_table().table_name(name).send().await.unwrap();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let id =
        AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let made = tables
        .writer()
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key.build().unwrap())
        .attribute_definitions(id.build().unwrap());
    made.send().await.unwrap();
    let refused = tables.create_tables().await.unwrap_err();
    assert!(
        matches!(&refused, TableError::OtherKeys { table, found } if table == name && found == "id"),
        "{refused}"
    );
}

/// As an earlier version made it: nothing would be listed that was there before the index.
#[tokio::test]
async fn a_table_without_its_index_is_refused() {
    let tables = TestTables::make("schema-index").await;
    let name = &tables.tables.accounts;
    tables.writer().delete_table().table_name(name).send().await.unwrap();
    let key = KeySchemaElement::builder().attribute_name("a").key_type(KeyType::Hash);
    let id =
        AttributeDefinition::builder().attribute_name("a").attribute_type(ScalarAttributeType::N);
    let made = tables
        .writer()
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key.build().unwrap())
        .attribute_definitions(id.build().unwrap());
    made.send().await.unwrap();
    let refused = tables.create_tables().await.unwrap_err().to_string();
    assert!(refused.ends_with("its keys are a, without the index it needs"), "{refused}");
}

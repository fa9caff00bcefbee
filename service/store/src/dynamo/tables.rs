//! The tables: their names, and making them where they may be made.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{
        create_table::CreateTableError, delete_table::DeleteTableError,
        describe_table::DescribeTableError,
    },
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TableDescription, TableStatus,
    },
};

use super::{DynamoStore, OpenError, TableError, errors::store_error};

/// Names have at most 255 characters; the longest of ours has 9.
const PREFIX_MAX: usize = 200;
/// A table is active within seconds.
const ACTIVE_PAUSE: Duration = Duration::from_millis(250);
const ACTIVE_TRIES: u32 = 480;

/// Names of tables, and a list of all with their keys.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) messages: String,
    pub(super) reactions: String,
    pub(super) members: String,
}

/// A key: its attribute and type.
type Key = (&'static str, ScalarAttributeType);

impl Tables {
    pub(super) fn new(prefix: &str) -> Result<Self, OpenError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if prefix.len() > PREFIX_MAX || !prefix.chars().all(allowed) {
            return Err(OpenError::Prefix { prefix: prefix.to_owned() });
        }
        let name = |table: &str| format!("{prefix}{table}");
        Ok(Self {
            messages: name("messages"),
            reactions: name("reactions"),
            members: name("members"),
        })
    }

    /// Each table with its partition key and its sort key.
    pub(super) fn all(&self) -> [(&str, [Key; 2]); 3] {
        let (n, s) = (ScalarAttributeType::N, ScalarAttributeType::S);
        [
            (&self.messages, [("r", n.clone()), ("m", n.clone())]),
            (&self.reactions, [("p", s), ("m", n.clone())]),
            (&self.members, [("r", n.clone()), ("a", n)]),
        ]
    }
}

impl DynamoStore {
    /// Makes the tables that are not there, billed by request, and waits until all are active.
    pub async fn create_tables(&self) -> Result<(), TableError> {
        for (table, keys) in self.tables.all() {
            self.create_table(table, keys).await?;
        }
        for (table, keys) in self.tables.all() {
            self.wait_until_active(table, keys).await?;
        }
        Ok(())
    }

    /// Deletes the tables, for prefixes that were made for a while.
    pub async fn delete_tables(&self) -> Result<(), TableError> {
        for (table, _) in self.tables.all() {
            match self.patient().delete_table().table_name(table).send().await {
                Ok(_) => {}
                Err(error) if is(&error, DeleteTableError::is_resource_not_found_exception) => {}
                Err(error) => return Err(store_error(error).into()),
            }
        }
        Ok(())
    }

    async fn create_table(&self, table: &str, keys: [Key; 2]) -> Result<(), TableError> {
        let mut create = self
            .patient()
            .create_table()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest);
        for ((name, kind), role) in keys.into_iter().zip([KeyType::Hash, KeyType::Range]) {
            let key = KeySchemaElement::builder().attribute_name(name).key_type(role);
            let attribute =
                AttributeDefinition::builder().attribute_name(name).attribute_type(kind);
            create = create
                .key_schema(key.build().expect("name and role are set"))
                .attribute_definitions(attribute.build().expect("name and type are set"));
        }
        match create.send().await {
            Ok(_) => Ok(()),
            Err(error) if is(&error, CreateTableError::is_resource_in_use_exception) => Ok(()),
            Err(error) => Err(store_error(error).into()),
        }
    }

    async fn wait_until_active(&self, table: &str, keys: [Key; 2]) -> Result<(), TableError> {
        for _ in 0..ACTIVE_TRIES {
            match self.patient().describe_table().table_name(table).send().await {
                Ok(output) => {
                    let described =
                        output.table.unwrap_or_else(|| TableDescription::builder().build());
                    check_keys(table, &keys, &described)?;
                    if described.table_status() == Some(&TableStatus::Active) {
                        return Ok(());
                    }
                }
                // For a moment after it was made, a table may not be found.
                Err(error) if is(&error, DescribeTableError::is_resource_not_found_exception) => {}
                Err(error) => return Err(store_error(error).into()),
            }
            tokio::time::sleep(ACTIVE_PAUSE).await;
        }
        let after_s = (ACTIVE_PAUSE * ACTIVE_TRIES).as_secs();
        Err(TableError::NotActive { table: table.to_owned(), after_s })
    }
}

fn check_keys(table: &str, keys: &[Key; 2], found: &TableDescription) -> Result<(), TableError> {
    let kind = |name: &str| {
        let of_name = found.attribute_definitions().iter().find(|a| a.attribute_name() == name);
        of_name.map(|attribute| attribute.attribute_type().clone())
    };
    let schema = found.key_schema();
    let same = schema.len() == keys.len()
        && schema.iter().zip(keys).all(|(found, (name, expected))| {
            found.attribute_name() == *name && kind(name).as_ref() == Some(expected)
        });
    if same {
        return Ok(());
    }
    let names: Vec<_> = schema.iter().map(KeySchemaElement::attribute_name).collect();
    Err(TableError::OtherKeys { table: table.to_owned(), found: names.join(", ") })
}

fn is<E, R>(error: &SdkError<E, R>, kind: impl Fn(&E) -> bool) -> bool {
    error.as_service_error().is_some_and(kind)
}

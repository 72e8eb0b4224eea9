from google.protobuf import any_pb2 as _any_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DataType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STRING: _ClassVar[DataType]
    INTEGER: _ClassVar[DataType]
    DOUBLE: _ClassVar[DataType]
    BIGINT: _ClassVar[DataType]
    REAL: _ClassVar[DataType]
    DECIMAL: _ClassVar[DataType]
    BOOLEAN: _ClassVar[DataType]
    DATE: _ClassVar[DataType]
    TIMESTAMP: _ClassVar[DataType]

class ObjectKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNKNOWN: _ClassVar[ObjectKind]
    DATABASE: _ClassVar[ObjectKind]
    SCHEMA: _ClassVar[ObjectKind]
    TABLE: _ClassVar[ObjectKind]
    VIEW: _ClassVar[ObjectKind]

class FileProvider(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOCAL: _ClassVar[FileProvider]
    S3: _ClassVar[FileProvider]
    GCS: _ClassVar[FileProvider]
    ABS: _ClassVar[FileProvider]

class FileFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CSV: _ClassVar[FileFormat]
    PARQUET: _ClassVar[FileFormat]
STRING: DataType
INTEGER: DataType
DOUBLE: DataType
BIGINT: DataType
REAL: DataType
DECIMAL: DataType
BOOLEAN: DataType
DATE: DataType
TIMESTAMP: DataType
UNKNOWN: ObjectKind
DATABASE: ObjectKind
SCHEMA: ObjectKind
TABLE: ObjectKind
VIEW: ObjectKind
LOCAL: FileProvider
S3: FileProvider
GCS: FileProvider
ABS: FileProvider
CSV: FileFormat
PARQUET: FileFormat

class DriverRequest(_message.Message):
    __slots__ = ("credentials", "command", "features", "runtime_options")
    CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    credentials: _any_pb2.Any
    command: _any_pb2.Any
    features: _containers.RepeatedScalarFieldContainer[str]
    runtime_options: RuntimeOptions
    def __init__(self, credentials: _Optional[_Union[_any_pb2.Any, _Mapping[str, object]]] = ..., command: _Optional[_Union[_any_pb2.Any, _Mapping[str, object]]] = ..., features: _Optional[_Iterable[str]] = ..., runtime_options: _Optional[_Union[RuntimeOptions, _Mapping[str, object]]] = ...) -> None: ...

class RuntimeOptions(_message.Message):
    __slots__ = ("run_id", "meta", "query_tags", "timeout_seconds", "backend")
    class QueryTagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    QUERY_TAGS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    meta: _any_pb2.Any
    query_tags: _containers.ScalarMap[str, str]
    timeout_seconds: float
    backend: str
    def __init__(self, run_id: _Optional[str] = ..., meta: _Optional[_Union[_any_pb2.Any, _Mapping[str, object]]] = ..., query_tags: _Optional[_Mapping[str, str]] = ..., timeout_seconds: _Optional[float] = ..., backend: _Optional[str] = ...) -> None: ...

class DriverResponse(_message.Message):
    __slots__ = ("command_response", "messages")
    COMMAND_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    command_response: _any_pb2.Any
    messages: _containers.RepeatedCompositeFieldContainer[LogMessage]
    def __init__(self, command_response: _Optional[_Union[_any_pb2.Any, _Mapping[str, object]]] = ..., messages: _Optional[_Iterable[_Union[LogMessage, _Mapping[str, object]]]] = ...) -> None: ...

class LogMessage(_message.Message):
    __slots__ = ("level", "message", "context")
    class Level(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EMERGENCY: _ClassVar[LogMessage.Level]
        ALERT: _ClassVar[LogMessage.Level]
        CRITICAL: _ClassVar[LogMessage.Level]
        ERROR: _ClassVar[LogMessage.Level]
        WARNING: _ClassVar[LogMessage.Level]
        NOTICE: _ClassVar[LogMessage.Level]
        INFORMATIONAL: _ClassVar[LogMessage.Level]
        DEBUG: _ClassVar[LogMessage.Level]
    EMERGENCY: LogMessage.Level
    ALERT: LogMessage.Level
    CRITICAL: LogMessage.Level
    ERROR: LogMessage.Level
    WARNING: LogMessage.Level
    NOTICE: LogMessage.Level
    INFORMATIONAL: LogMessage.Level
    DEBUG: LogMessage.Level
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    level: LogMessage.Level
    message: str
    context: _any_pb2.Any
    def __init__(self, level: _Optional[_Union[LogMessage.Level, str]] = ..., message: _Optional[str] = ..., context: _Optional[_Union[_any_pb2.Any, _Mapping[str, object]]] = ...) -> None: ...

class DriverError(_message.Message):
    __slots__ = ("code", "message", "backend", "command", "hint", "retryable", "messages")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    backend: str
    command: str
    hint: str
    retryable: bool
    messages: _containers.RepeatedCompositeFieldContainer[LogMessage]
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., backend: _Optional[str] = ..., command: _Optional[str] = ..., hint: _Optional[str] = ..., retryable: bool = ..., messages: _Optional[_Iterable[_Union[LogMessage, _Mapping[str, object]]]] = ...) -> None: ...

class Status(_message.Message):
    __slots__ = ("code", "message", "details")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    details: _containers.RepeatedCompositeFieldContainer[_any_pb2.Any]
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., details: _Optional[_Iterable[_Union[_any_pb2.Any, _Mapping[str, object]]]] = ...) -> None: ...

class DescribeService(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ServiceDescription(_message.Message):
    __slots__ = ("backends", "default_backend")
    class Backend(_message.Message):
        __slots__ = ("name", "capabilities")
        NAME_FIELD_NUMBER: _ClassVar[int]
        CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
        name: str
        capabilities: _struct_pb2.Struct
        def __init__(self, name: _Optional[str] = ..., capabilities: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ...) -> None: ...
    BACKENDS_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_BACKEND_FIELD_NUMBER: _ClassVar[int]
    backends: _containers.RepeatedCompositeFieldContainer[ServiceDescription.Backend]
    default_backend: str
    def __init__(self, backends: _Optional[_Iterable[_Union[ServiceDescription.Backend, _Mapping[str, object]]]] = ..., default_backend: _Optional[str] = ...) -> None: ...

class GenericBackendCredentials(_message.Message):
    __slots__ = ("host", "principal", "secret", "port", "meta")
    HOST_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    host: str
    principal: str
    secret: str
    port: int
    meta: _any_pb2.Any
    def __init__(self, host: _Optional[str] = ..., principal: _Optional[str] = ..., secret: _Optional[str] = ..., port: _Optional[int] = ..., meta: _Optional[_Union[_any_pb2.Any, _Mapping[str, object]]] = ...) -> None: ...

class BackendMeta(_message.Message):
    __slots__ = ("values", "secrets")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    values: _struct_pb2.Struct
    secrets: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, values: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ..., secrets: _Optional[_Iterable[str]] = ...) -> None: ...

class TableColumn(_message.Message):
    __slots__ = ("name", "type", "length", "nullable", "default_value", "meta", "has_default")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    NULLABLE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    HAS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    length: str
    nullable: bool
    default_value: str
    meta: _struct_pb2.Struct
    has_default: bool
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., length: _Optional[str] = ..., nullable: bool = ..., default_value: _Optional[str] = ..., meta: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ..., has_default: bool = ...) -> None: ...

class ObjectRef(_message.Message):
    __slots__ = ("path", "name")
    PATH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    name: str
    def __init__(self, path: _Optional[_Iterable[str]] = ..., name: _Optional[str] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("column", "operator", "values", "data_type")
    class Operator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EQ: _ClassVar[Filter.Operator]
        NE: _ClassVar[Filter.Operator]
        GT: _ClassVar[Filter.Operator]
        GE: _ClassVar[Filter.Operator]
        LT: _ClassVar[Filter.Operator]
        LE: _ClassVar[Filter.Operator]
    EQ: Filter.Operator
    NE: Filter.Operator
    GT: Filter.Operator
    GE: Filter.Operator
    LT: Filter.Operator
    LE: Filter.Operator
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    DATA_TYPE_FIELD_NUMBER: _ClassVar[int]
    column: str
    operator: Filter.Operator
    values: _containers.RepeatedScalarFieldContainer[str]
    data_type: DataType
    def __init__(self, column: _Optional[str] = ..., operator: _Optional[_Union[Filter.Operator, str]] = ..., values: _Optional[_Iterable[str]] = ..., data_type: _Optional[_Union[DataType, str]] = ...) -> None: ...

class ReferenceFilter(_message.Message):
    __slots__ = ("column", "operator", "table", "table_column")
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    TABLE_COLUMN_FIELD_NUMBER: _ClassVar[int]
    column: str
    operator: Filter.Operator
    table: ObjectRef
    table_column: str
    def __init__(self, column: _Optional[str] = ..., operator: _Optional[_Union[Filter.Operator, str]] = ..., table: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., table_column: _Optional[str] = ...) -> None: ...

class OrderBy(_message.Message):
    __slots__ = ("column", "order", "data_type")
    class Order(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ASC: _ClassVar[OrderBy.Order]
        DESC: _ClassVar[OrderBy.Order]
    ASC: OrderBy.Order
    DESC: OrderBy.Order
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    DATA_TYPE_FIELD_NUMBER: _ClassVar[int]
    column: str
    order: OrderBy.Order
    data_type: DataType
    def __init__(self, column: _Optional[str] = ..., order: _Optional[_Union[OrderBy.Order, str]] = ..., data_type: _Optional[_Union[DataType, str]] = ...) -> None: ...

class ChangeWindow(_message.Message):
    __slots__ = ("since", "until")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    since: int
    until: int
    def __init__(self, since: _Optional[int] = ..., until: _Optional[int] = ...) -> None: ...

class ObjectInfo(_message.Message):
    __slots__ = ("name", "kind")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: ObjectKind
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[ObjectKind, str]] = ...) -> None: ...

class TableInfo(_message.Message):
    __slots__ = ("path", "name", "columns", "primary_key", "rows", "bytes", "meta")
    PATH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_KEY_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    name: str
    columns: _containers.RepeatedCompositeFieldContainer[TableColumn]
    primary_key: _containers.RepeatedScalarFieldContainer[str]
    rows: int
    bytes: int
    meta: _struct_pb2.Struct
    def __init__(self, path: _Optional[_Iterable[str]] = ..., name: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[TableColumn, _Mapping[str, object]]]] = ..., primary_key: _Optional[_Iterable[str]] = ..., rows: _Optional[int] = ..., bytes: _Optional[int] = ..., meta: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ...) -> None: ...

class ViewInfo(_message.Message):
    __slots__ = ("path", "name", "columns")
    PATH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    name: str
    columns: _containers.RepeatedCompositeFieldContainer[TableColumn]
    def __init__(self, path: _Optional[_Iterable[str]] = ..., name: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[TableColumn, _Mapping[str, object]]]] = ...) -> None: ...

class ObjectInfoResponse(_message.Message):
    __slots__ = ("path", "kind", "objects", "table", "view")
    PATH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    kind: ObjectKind
    objects: _containers.RepeatedCompositeFieldContainer[ObjectInfo]
    table: TableInfo
    view: ViewInfo
    def __init__(self, path: _Optional[_Iterable[str]] = ..., kind: _Optional[_Union[ObjectKind, str]] = ..., objects: _Optional[_Iterable[_Union[ObjectInfo, _Mapping[str, object]]]] = ..., table: _Optional[_Union[TableInfo, _Mapping[str, object]]] = ..., view: _Optional[_Union[ViewInfo, _Mapping[str, object]]] = ...) -> None: ...

class InitBackendCommand(_message.Message):
    __slots__ = ("meta",)
    META_FIELD_NUMBER: _ClassVar[int]
    meta: _struct_pb2.Struct
    def __init__(self, meta: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ...) -> None: ...

class InitBackendResponse(_message.Message):
    __slots__ = ("meta",)
    META_FIELD_NUMBER: _ClassVar[int]
    meta: _struct_pb2.Struct
    def __init__(self, meta: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ...) -> None: ...

class RemoveBackendCommand(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CreateProjectCommand(_message.Message):
    __slots__ = ("stack_prefix", "project_id", "data_retention_days", "meta")
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    DATA_RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    stack_prefix: str
    project_id: str
    data_retention_days: int
    meta: _struct_pb2.Struct
    def __init__(self, stack_prefix: _Optional[str] = ..., project_id: _Optional[str] = ..., data_retention_days: _Optional[int] = ..., meta: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ...) -> None: ...

class CreateProjectResponse(_message.Message):
    __slots__ = ("user_name", "role_name", "password", "read_only_role_name", "database_name")
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    user_name: str
    role_name: str
    password: str
    read_only_role_name: str
    database_name: str
    def __init__(self, user_name: _Optional[str] = ..., role_name: _Optional[str] = ..., password: _Optional[str] = ..., read_only_role_name: _Optional[str] = ..., database_name: _Optional[str] = ...) -> None: ...

class UpdateProjectCommand(_message.Message):
    __slots__ = ("project_id", "region", "timezone")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    region: str
    timezone: str
    def __init__(self, project_id: _Optional[str] = ..., region: _Optional[str] = ..., timezone: _Optional[str] = ...) -> None: ...

class DropProjectCommand(_message.Message):
    __slots__ = ("user_name", "role_name", "read_only_role_name", "database_name")
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    user_name: str
    role_name: str
    read_only_role_name: str
    database_name: str
    def __init__(self, user_name: _Optional[str] = ..., role_name: _Optional[str] = ..., read_only_role_name: _Optional[str] = ..., database_name: _Optional[str] = ...) -> None: ...

class CreateDevBranchCommand(_message.Message):
    __slots__ = ("stack_prefix", "project_id", "branch_id", "project_role_name", "project_read_only_role_name", "project_database_name")
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    BRANCH_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    stack_prefix: str
    project_id: str
    branch_id: str
    project_role_name: str
    project_read_only_role_name: str
    project_database_name: str
    def __init__(self, stack_prefix: _Optional[str] = ..., project_id: _Optional[str] = ..., branch_id: _Optional[str] = ..., project_role_name: _Optional[str] = ..., project_read_only_role_name: _Optional[str] = ..., project_database_name: _Optional[str] = ...) -> None: ...

class CreateDevBranchResponse(_message.Message):
    __slots__ = ("read_only_role_name", "database_name")
    READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    read_only_role_name: str
    database_name: str
    def __init__(self, read_only_role_name: _Optional[str] = ..., database_name: _Optional[str] = ...) -> None: ...

class DropDevBranchCommand(_message.Message):
    __slots__ = ("read_only_role_name", "database_name")
    READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    read_only_role_name: str
    database_name: str
    def __init__(self, read_only_role_name: _Optional[str] = ..., database_name: _Optional[str] = ...) -> None: ...

class MergeDevBranchCommand(_message.Message):
    __slots__ = ("stack_prefix", "project_id", "branch_id", "bucket_ids", "project_database_name")
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    BRANCH_ID_FIELD_NUMBER: _ClassVar[int]
    BUCKET_IDS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    stack_prefix: str
    project_id: str
    branch_id: str
    bucket_ids: _containers.RepeatedScalarFieldContainer[str]
    project_database_name: str
    def __init__(self, stack_prefix: _Optional[str] = ..., project_id: _Optional[str] = ..., branch_id: _Optional[str] = ..., bucket_ids: _Optional[_Iterable[str]] = ..., project_database_name: _Optional[str] = ...) -> None: ...

class MergeDevBranchResponse(_message.Message):
    __slots__ = ("tables",)
    TABLES_FIELD_NUMBER: _ClassVar[int]
    tables: _containers.RepeatedCompositeFieldContainer[ObjectRef]
    def __init__(self, tables: _Optional[_Iterable[_Union[ObjectRef, _Mapping[str, object]]]] = ...) -> None: ...

class CreateBucketCommand(_message.Message):
    __slots__ = ("stack_prefix", "project_id", "bucket_id", "branch_id", "is_default_branch", "project_role_name", "project_read_only_role_name", "meta", "database_name")
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    BUCKET_ID_FIELD_NUMBER: _ClassVar[int]
    BRANCH_ID_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_BRANCH_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    stack_prefix: str
    project_id: str
    bucket_id: str
    branch_id: str
    is_default_branch: bool
    project_role_name: str
    project_read_only_role_name: str
    meta: _struct_pb2.Struct
    database_name: str
    def __init__(self, stack_prefix: _Optional[str] = ..., project_id: _Optional[str] = ..., bucket_id: _Optional[str] = ..., branch_id: _Optional[str] = ..., is_default_branch: bool = ..., project_role_name: _Optional[str] = ..., project_read_only_role_name: _Optional[str] = ..., meta: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ..., database_name: _Optional[str] = ...) -> None: ...

class CreateBucketResponse(_message.Message):
    __slots__ = ("path", "bucket_object_name")
    PATH_FIELD_NUMBER: _ClassVar[int]
    BUCKET_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    bucket_object_name: str
    def __init__(self, path: _Optional[_Iterable[str]] = ..., bucket_object_name: _Optional[str] = ...) -> None: ...

class DropBucketCommand(_message.Message):
    __slots__ = ("bucket_object_name", "is_cascade", "project_read_only_role_name", "database_name", "ignore_if_not_exists")
    BUCKET_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    IS_CASCADE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    IGNORE_IF_NOT_EXISTS_FIELD_NUMBER: _ClassVar[int]
    bucket_object_name: str
    is_cascade: bool
    project_read_only_role_name: str
    database_name: str
    ignore_if_not_exists: bool
    def __init__(self, bucket_object_name: _Optional[str] = ..., is_cascade: bool = ..., project_read_only_role_name: _Optional[str] = ..., database_name: _Optional[str] = ..., ignore_if_not_exists: bool = ...) -> None: ...

class GrantBucketAccessToReadOnlyRoleCommand(_message.Message):
    __slots__ = ("path", "destination_name", "branch_id", "project_read_only_role_name", "stack_prefix")
    PATH_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_NAME_FIELD_NUMBER: _ClassVar[int]
    BRANCH_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    destination_name: str
    branch_id: str
    project_read_only_role_name: str
    stack_prefix: str
    def __init__(self, path: _Optional[_Iterable[str]] = ..., destination_name: _Optional[str] = ..., branch_id: _Optional[str] = ..., project_read_only_role_name: _Optional[str] = ..., stack_prefix: _Optional[str] = ...) -> None: ...

class GrantBucketAccessToReadOnlyRoleResponse(_message.Message):
    __slots__ = ("object_name", "source_listing", "sharing_allowed")
    OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_LISTING_FIELD_NUMBER: _ClassVar[int]
    SHARING_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    object_name: str
    source_listing: str
    sharing_allowed: bool
    def __init__(self, object_name: _Optional[str] = ..., source_listing: _Optional[str] = ..., sharing_allowed: bool = ...) -> None: ...

class RevokeBucketAccessFromReadOnlyRoleCommand(_message.Message):
    __slots__ = ("bucket_object_name", "project_read_only_role_name", "path")
    BUCKET_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    bucket_object_name: str
    project_read_only_role_name: str
    path: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, bucket_object_name: _Optional[str] = ..., project_read_only_role_name: _Optional[str] = ..., path: _Optional[_Iterable[str]] = ...) -> None: ...

class ShareBucketCommand(_message.Message):
    __slots__ = ("stack_prefix", "source_project_id", "source_bucket_id", "source_bucket_object_name", "source_project_read_only_role_name", "source_database_name")
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    SOURCE_PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_BUCKET_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_BUCKET_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    stack_prefix: str
    source_project_id: str
    source_bucket_id: str
    source_bucket_object_name: str
    source_project_read_only_role_name: str
    source_database_name: str
    def __init__(self, stack_prefix: _Optional[str] = ..., source_project_id: _Optional[str] = ..., source_bucket_id: _Optional[str] = ..., source_bucket_object_name: _Optional[str] = ..., source_project_read_only_role_name: _Optional[str] = ..., source_database_name: _Optional[str] = ...) -> None: ...

class ShareBucketResponse(_message.Message):
    __slots__ = ("bucket_share_role_name",)
    BUCKET_SHARE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    bucket_share_role_name: str
    def __init__(self, bucket_share_role_name: _Optional[str] = ...) -> None: ...

class UnshareBucketCommand(_message.Message):
    __slots__ = ("bucket_object_name", "bucket_share_role_name", "source_database_name")
    BUCKET_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    BUCKET_SHARE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    bucket_object_name: str
    bucket_share_role_name: str
    source_database_name: str
    def __init__(self, bucket_object_name: _Optional[str] = ..., bucket_share_role_name: _Optional[str] = ..., source_database_name: _Optional[str] = ...) -> None: ...

class LinkBucketCommand(_message.Message):
    __slots__ = ("stack_prefix", "target_project_id", "target_bucket_id", "target_project_read_only_role_name", "source_bucket_object_name", "source_share_role_name", "source_database_name", "target_database_name")
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    TARGET_PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_BUCKET_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_BUCKET_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SHARE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    stack_prefix: str
    target_project_id: str
    target_bucket_id: str
    target_project_read_only_role_name: str
    source_bucket_object_name: str
    source_share_role_name: str
    source_database_name: str
    target_database_name: str
    def __init__(self, stack_prefix: _Optional[str] = ..., target_project_id: _Optional[str] = ..., target_bucket_id: _Optional[str] = ..., target_project_read_only_role_name: _Optional[str] = ..., source_bucket_object_name: _Optional[str] = ..., source_share_role_name: _Optional[str] = ..., source_database_name: _Optional[str] = ..., target_database_name: _Optional[str] = ...) -> None: ...

class LinkBucketResponse(_message.Message):
    __slots__ = ("linked_bucket_object_name",)
    LINKED_BUCKET_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    linked_bucket_object_name: str
    def __init__(self, linked_bucket_object_name: _Optional[str] = ...) -> None: ...

class UnlinkBucketCommand(_message.Message):
    __slots__ = ("bucket_object_name", "source_share_role_name", "project_read_only_role_name", "database_name")
    BUCKET_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SHARE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    bucket_object_name: str
    source_share_role_name: str
    project_read_only_role_name: str
    database_name: str
    def __init__(self, bucket_object_name: _Optional[str] = ..., source_share_role_name: _Optional[str] = ..., project_read_only_role_name: _Optional[str] = ..., database_name: _Optional[str] = ...) -> None: ...

class GrantExternalBucketSubscriberCommand(_message.Message):
    __slots__ = ("bucket_share_role_name", "subscriber")
    BUCKET_SHARE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBER_FIELD_NUMBER: _ClassVar[int]
    bucket_share_role_name: str
    subscriber: str
    def __init__(self, bucket_share_role_name: _Optional[str] = ..., subscriber: _Optional[str] = ...) -> None: ...

class RevokeExternalBucketSubscriberCommand(_message.Message):
    __slots__ = ("bucket_share_role_name", "subscriber")
    BUCKET_SHARE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBER_FIELD_NUMBER: _ClassVar[int]
    bucket_share_role_name: str
    subscriber: str
    def __init__(self, bucket_share_role_name: _Optional[str] = ..., subscriber: _Optional[str] = ...) -> None: ...

class ExternalBucketSharingStatusCommand(_message.Message):
    __slots__ = ("bucket_share_role_name",)
    BUCKET_SHARE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    bucket_share_role_name: str
    def __init__(self, bucket_share_role_name: _Optional[str] = ...) -> None: ...

class ExternalBucketSharingStatusResponse(_message.Message):
    __slots__ = ("subscribers",)
    SUBSCRIBERS_FIELD_NUMBER: _ClassVar[int]
    subscribers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, subscribers: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateTableCommand(_message.Message):
    __slots__ = ("path", "table_name", "columns", "primary_key", "meta")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_KEY_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    columns: _containers.RepeatedCompositeFieldContainer[TableColumn]
    primary_key: _containers.RepeatedScalarFieldContainer[str]
    meta: _struct_pb2.Struct
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[TableColumn, _Mapping[str, object]]]] = ..., primary_key: _Optional[_Iterable[str]] = ..., meta: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ...) -> None: ...

class CreateViewCommand(_message.Message):
    __slots__ = ("path", "view_name", "source", "columns", "where_filters")
    PATH_FIELD_NUMBER: _ClassVar[int]
    VIEW_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    WHERE_FILTERS_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    view_name: str
    source: ObjectRef
    columns: _containers.RepeatedScalarFieldContainer[str]
    where_filters: _containers.RepeatedCompositeFieldContainer[Filter]
    def __init__(self, path: _Optional[_Iterable[str]] = ..., view_name: _Optional[str] = ..., source: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., columns: _Optional[_Iterable[str]] = ..., where_filters: _Optional[_Iterable[_Union[Filter, _Mapping[str, object]]]] = ...) -> None: ...

class CreateTableFromTimeTravelCommand(_message.Message):
    __slots__ = ("source", "destination", "timestamp")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    source: ObjectRef
    destination: ObjectRef
    timestamp: int
    def __init__(self, source: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., destination: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., timestamp: _Optional[int] = ...) -> None: ...

class CopyTableCommand(_message.Message):
    __slots__ = ("source", "destination", "clone")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    CLONE_FIELD_NUMBER: _ClassVar[int]
    source: ObjectRef
    destination: ObjectRef
    clone: bool
    def __init__(self, source: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., destination: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., clone: bool = ...) -> None: ...

class RenameTableCommand(_message.Message):
    __slots__ = ("source", "new_name")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    NEW_NAME_FIELD_NUMBER: _ClassVar[int]
    source: ObjectRef
    new_name: str
    def __init__(self, source: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., new_name: _Optional[str] = ...) -> None: ...

class DropTableCommand(_message.Message):
    __slots__ = ("path", "table_name", "ignore_if_not_exists")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    IGNORE_IF_NOT_EXISTS_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    ignore_if_not_exists: bool
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., ignore_if_not_exists: bool = ...) -> None: ...

class PreviewTableCommand(_message.Message):
    __slots__ = ("path", "table_name", "columns", "order_by", "changes", "where_filters", "fulltext_search", "limit")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FILTERS_FIELD_NUMBER: _ClassVar[int]
    FULLTEXT_SEARCH_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    columns: _containers.RepeatedScalarFieldContainer[str]
    order_by: _containers.RepeatedCompositeFieldContainer[OrderBy]
    changes: ChangeWindow
    where_filters: _containers.RepeatedCompositeFieldContainer[Filter]
    fulltext_search: str
    limit: int
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., columns: _Optional[_Iterable[str]] = ..., order_by: _Optional[_Iterable[_Union[OrderBy, _Mapping[str, object]]]] = ..., changes: _Optional[_Union[ChangeWindow, _Mapping[str, object]]] = ..., where_filters: _Optional[_Iterable[_Union[Filter, _Mapping[str, object]]]] = ..., fulltext_search: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class PreviewTableResponse(_message.Message):
    __slots__ = ("columns", "row_count")
    class Column(_message.Message):
        __slots__ = ("name", "type", "values", "nulls", "truncated")
        NAME_FIELD_NUMBER: _ClassVar[int]
        TYPE_FIELD_NUMBER: _ClassVar[int]
        VALUES_FIELD_NUMBER: _ClassVar[int]
        NULLS_FIELD_NUMBER: _ClassVar[int]
        TRUNCATED_FIELD_NUMBER: _ClassVar[int]
        name: str
        type: str
        values: _containers.RepeatedScalarFieldContainer[str]
        nulls: bytes
        truncated: bytes
        def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ..., nulls: _Optional[bytes] = ..., truncated: _Optional[bytes] = ...) -> None: ...
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[PreviewTableResponse.Column]
    row_count: int
    def __init__(self, columns: _Optional[_Iterable[_Union[PreviewTableResponse.Column, _Mapping[str, object]]]] = ..., row_count: _Optional[int] = ...) -> None: ...

class CreateProfileTableCommand(_message.Message):
    __slots__ = ("path", "table_name")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ...) -> None: ...

class CreateProfileTableResponse(_message.Message):
    __slots__ = ("path", "table_name", "profile", "columns")
    class Column(_message.Message):
        __slots__ = ("name", "profile")
        NAME_FIELD_NUMBER: _ClassVar[int]
        PROFILE_FIELD_NUMBER: _ClassVar[int]
        name: str
        profile: _struct_pb2.Struct
        def __init__(self, name: _Optional[str] = ..., profile: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ...) -> None: ...
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    profile: _struct_pb2.Struct
    columns: _containers.RepeatedCompositeFieldContainer[CreateProfileTableResponse.Column]
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., profile: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ..., columns: _Optional[_Iterable[_Union[CreateProfileTableResponse.Column, _Mapping[str, object]]]] = ...) -> None: ...

class DeleteTableRowsCommand(_message.Message):
    __slots__ = ("path", "table_name", "changes", "where_filters", "where_reference_filters")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FILTERS_FIELD_NUMBER: _ClassVar[int]
    WHERE_REFERENCE_FILTERS_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    changes: ChangeWindow
    where_filters: _containers.RepeatedCompositeFieldContainer[Filter]
    where_reference_filters: _containers.RepeatedCompositeFieldContainer[ReferenceFilter]
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., changes: _Optional[_Union[ChangeWindow, _Mapping[str, object]]] = ..., where_filters: _Optional[_Iterable[_Union[Filter, _Mapping[str, object]]]] = ..., where_reference_filters: _Optional[_Iterable[_Union[ReferenceFilter, _Mapping[str, object]]]] = ...) -> None: ...

class DeleteTableRowsResponse(_message.Message):
    __slots__ = ("deleted_rows", "table_rows", "table_bytes")
    DELETED_ROWS_FIELD_NUMBER: _ClassVar[int]
    TABLE_ROWS_FIELD_NUMBER: _ClassVar[int]
    TABLE_BYTES_FIELD_NUMBER: _ClassVar[int]
    deleted_rows: int
    table_rows: int
    table_bytes: int
    def __init__(self, deleted_rows: _Optional[int] = ..., table_rows: _Optional[int] = ..., table_bytes: _Optional[int] = ...) -> None: ...

class AddColumnCommand(_message.Message):
    __slots__ = ("path", "table_name", "column")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    column: TableColumn
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., column: _Optional[_Union[TableColumn, _Mapping[str, object]]] = ...) -> None: ...

class DropColumnCommand(_message.Message):
    __slots__ = ("path", "table_name", "column_name")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMN_NAME_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    column_name: str
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., column_name: _Optional[str] = ...) -> None: ...

class AlterColumnCommand(_message.Message):
    __slots__ = ("path", "table_name", "desired", "attributes_to_update")
    class Attribute(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TYPE: _ClassVar[AlterColumnCommand.Attribute]
        LENGTH: _ClassVar[AlterColumnCommand.Attribute]
        NULLABLE: _ClassVar[AlterColumnCommand.Attribute]
        DEFAULT: _ClassVar[AlterColumnCommand.Attribute]
    TYPE: AlterColumnCommand.Attribute
    LENGTH: AlterColumnCommand.Attribute
    NULLABLE: AlterColumnCommand.Attribute
    DEFAULT: AlterColumnCommand.Attribute
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DESIRED_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_TO_UPDATE_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    desired: TableColumn
    attributes_to_update: _containers.RepeatedScalarFieldContainer[AlterColumnCommand.Attribute]
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., desired: _Optional[_Union[TableColumn, _Mapping[str, object]]] = ..., attributes_to_update: _Optional[_Iterable[_Union[AlterColumnCommand.Attribute, str]]] = ...) -> None: ...

class AlterColumnResponse(_message.Message):
    __slots__ = ("outcomes", "table")
    class Outcome(_message.Message):
        __slots__ = ("attribute", "done", "reason")
        ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
        DONE_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        attribute: AlterColumnCommand.Attribute
        done: bool
        reason: str
        def __init__(self, attribute: _Optional[_Union[AlterColumnCommand.Attribute, str]] = ..., done: bool = ..., reason: _Optional[str] = ...) -> None: ...
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[AlterColumnResponse.Outcome]
    table: TableInfo
    def __init__(self, outcomes: _Optional[_Iterable[_Union[AlterColumnResponse.Outcome, _Mapping[str, object]]]] = ..., table: _Optional[_Union[TableInfo, _Mapping[str, object]]] = ...) -> None: ...

class AddPrimaryKeyCommand(_message.Message):
    __slots__ = ("path", "table_name", "primary_key", "skip_duplicates_check")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_KEY_FIELD_NUMBER: _ClassVar[int]
    SKIP_DUPLICATES_CHECK_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    primary_key: _containers.RepeatedScalarFieldContainer[str]
    skip_duplicates_check: bool
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ..., primary_key: _Optional[_Iterable[str]] = ..., skip_duplicates_check: bool = ...) -> None: ...

class DropPrimaryKeyCommand(_message.Message):
    __slots__ = ("path", "table_name")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    table_name: str
    def __init__(self, path: _Optional[_Iterable[str]] = ..., table_name: _Optional[str] = ...) -> None: ...

class FilePath(_message.Message):
    __slots__ = ("root", "path", "file_name")
    ROOT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    root: str
    path: str
    file_name: str
    def __init__(self, root: _Optional[str] = ..., path: _Optional[str] = ..., file_name: _Optional[str] = ...) -> None: ...

class FileCredentials(_message.Message):
    __slots__ = ("key", "secret", "token", "region", "endpoint")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    key: str
    secret: str
    token: str
    region: str
    endpoint: str
    def __init__(self, key: _Optional[str] = ..., secret: _Optional[str] = ..., token: _Optional[str] = ..., region: _Optional[str] = ..., endpoint: _Optional[str] = ...) -> None: ...

class CsvOptions(_message.Message):
    __slots__ = ("column_names", "delimiter", "enclosure", "escaped_by", "source_type", "compression", "no_enclosure")
    class Compression(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        NONE: _ClassVar[CsvOptions.Compression]
        GZIP: _ClassVar[CsvOptions.Compression]
    NONE: CsvOptions.Compression
    GZIP: CsvOptions.Compression
    class SourceType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SINGLE_FILE: _ClassVar[CsvOptions.SourceType]
        SLICED_FILE: _ClassVar[CsvOptions.SourceType]
        DIRECTORY: _ClassVar[CsvOptions.SourceType]
    SINGLE_FILE: CsvOptions.SourceType
    SLICED_FILE: CsvOptions.SourceType
    DIRECTORY: CsvOptions.SourceType
    COLUMN_NAMES_FIELD_NUMBER: _ClassVar[int]
    DELIMITER_FIELD_NUMBER: _ClassVar[int]
    ENCLOSURE_FIELD_NUMBER: _ClassVar[int]
    ESCAPED_BY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    COMPRESSION_FIELD_NUMBER: _ClassVar[int]
    NO_ENCLOSURE_FIELD_NUMBER: _ClassVar[int]
    column_names: _containers.RepeatedScalarFieldContainer[str]
    delimiter: str
    enclosure: str
    escaped_by: str
    source_type: CsvOptions.SourceType
    compression: CsvOptions.Compression
    no_enclosure: bool
    def __init__(self, column_names: _Optional[_Iterable[str]] = ..., delimiter: _Optional[str] = ..., enclosure: _Optional[str] = ..., escaped_by: _Optional[str] = ..., source_type: _Optional[_Union[CsvOptions.SourceType, str]] = ..., compression: _Optional[_Union[CsvOptions.Compression, str]] = ..., no_enclosure: bool = ...) -> None: ...

class ImportOptions(_message.Message):
    __slots__ = ("timestamp_column", "convert_empty_values_to_null_on_columns", "import_type", "number_of_ignored_lines", "dedup_type", "dedup_columns_names", "import_strategy", "create_mode", "import_as_null", "timestamp_mode")
    class ImportType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FULL: _ClassVar[ImportOptions.ImportType]
        INCREMENTAL: _ClassVar[ImportOptions.ImportType]
        VIEW: _ClassVar[ImportOptions.ImportType]
        CLONE: _ClassVar[ImportOptions.ImportType]
    FULL: ImportOptions.ImportType
    INCREMENTAL: ImportOptions.ImportType
    VIEW: ImportOptions.ImportType
    CLONE: ImportOptions.ImportType
    class DedupType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UPDATE_DUPLICATES: _ClassVar[ImportOptions.DedupType]
        INSERT_DUPLICATES: _ClassVar[ImportOptions.DedupType]
        FAIL_ON_DUPLICATES: _ClassVar[ImportOptions.DedupType]
    UPDATE_DUPLICATES: ImportOptions.DedupType
    INSERT_DUPLICATES: ImportOptions.DedupType
    FAIL_ON_DUPLICATES: ImportOptions.DedupType
    class ImportStrategy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STRING_TABLE: _ClassVar[ImportOptions.ImportStrategy]
        USER_DEFINED_TABLE: _ClassVar[ImportOptions.ImportStrategy]
    STRING_TABLE: ImportOptions.ImportStrategy
    USER_DEFINED_TABLE: ImportOptions.ImportStrategy
    class CreateMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CREATE: _ClassVar[ImportOptions.CreateMode]
        REPLACE: _ClassVar[ImportOptions.CreateMode]
    CREATE: ImportOptions.CreateMode
    REPLACE: ImportOptions.CreateMode
    class TimestampMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CURRENT_TIME: _ClassVar[ImportOptions.TimestampMode]
        NONE: _ClassVar[ImportOptions.TimestampMode]
        FROM_SOURCE: _ClassVar[ImportOptions.TimestampMode]
    CURRENT_TIME: ImportOptions.TimestampMode
    NONE: ImportOptions.TimestampMode
    FROM_SOURCE: ImportOptions.TimestampMode
    TIMESTAMP_COLUMN_FIELD_NUMBER: _ClassVar[int]
    CONVERT_EMPTY_VALUES_TO_NULL_ON_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    IMPORT_TYPE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_OF_IGNORED_LINES_FIELD_NUMBER: _ClassVar[int]
    DEDUP_TYPE_FIELD_NUMBER: _ClassVar[int]
    DEDUP_COLUMNS_NAMES_FIELD_NUMBER: _ClassVar[int]
    IMPORT_STRATEGY_FIELD_NUMBER: _ClassVar[int]
    CREATE_MODE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_AS_NULL_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MODE_FIELD_NUMBER: _ClassVar[int]
    timestamp_column: str
    convert_empty_values_to_null_on_columns: _containers.RepeatedScalarFieldContainer[str]
    import_type: ImportOptions.ImportType
    number_of_ignored_lines: int
    dedup_type: ImportOptions.DedupType
    dedup_columns_names: _containers.RepeatedScalarFieldContainer[str]
    import_strategy: ImportOptions.ImportStrategy
    create_mode: ImportOptions.CreateMode
    import_as_null: _containers.RepeatedScalarFieldContainer[str]
    timestamp_mode: ImportOptions.TimestampMode
    def __init__(self, timestamp_column: _Optional[str] = ..., convert_empty_values_to_null_on_columns: _Optional[_Iterable[str]] = ..., import_type: _Optional[_Union[ImportOptions.ImportType, str]] = ..., number_of_ignored_lines: _Optional[int] = ..., dedup_type: _Optional[_Union[ImportOptions.DedupType, str]] = ..., dedup_columns_names: _Optional[_Iterable[str]] = ..., import_strategy: _Optional[_Union[ImportOptions.ImportStrategy, str]] = ..., create_mode: _Optional[_Union[ImportOptions.CreateMode, str]] = ..., import_as_null: _Optional[_Iterable[str]] = ..., timestamp_mode: _Optional[_Union[ImportOptions.TimestampMode, str]] = ...) -> None: ...

class TableImportFromFileCommand(_message.Message):
    __slots__ = ("file_provider", "file_format", "csv_options", "file_path", "file_credentials", "destination", "import_options")
    FILE_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    FILE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    CSV_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    FILE_PATH_FIELD_NUMBER: _ClassVar[int]
    FILE_CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    IMPORT_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    file_provider: FileProvider
    file_format: FileFormat
    csv_options: CsvOptions
    file_path: FilePath
    file_credentials: FileCredentials
    destination: ObjectRef
    import_options: ImportOptions
    def __init__(self, file_provider: _Optional[_Union[FileProvider, str]] = ..., file_format: _Optional[_Union[FileFormat, str]] = ..., csv_options: _Optional[_Union[CsvOptions, _Mapping[str, object]]] = ..., file_path: _Optional[_Union[FilePath, _Mapping[str, object]]] = ..., file_credentials: _Optional[_Union[FileCredentials, _Mapping[str, object]]] = ..., destination: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., import_options: _Optional[_Union[ImportOptions, _Mapping[str, object]]] = ...) -> None: ...

class TableImportFromTableCommand(_message.Message):
    __slots__ = ("source", "changed_in_last_seconds", "where_filters", "limit", "column_mappings", "destination", "import_options")
    class ColumnMapping(_message.Message):
        __slots__ = ("source", "destination")
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        DESTINATION_FIELD_NUMBER: _ClassVar[int]
        source: str
        destination: str
        def __init__(self, source: _Optional[str] = ..., destination: _Optional[str] = ...) -> None: ...
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_IN_LAST_SECONDS_FIELD_NUMBER: _ClassVar[int]
    WHERE_FILTERS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    COLUMN_MAPPINGS_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    IMPORT_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    source: ObjectRef
    changed_in_last_seconds: int
    where_filters: _containers.RepeatedCompositeFieldContainer[Filter]
    limit: int
    column_mappings: _containers.RepeatedCompositeFieldContainer[TableImportFromTableCommand.ColumnMapping]
    destination: ObjectRef
    import_options: ImportOptions
    def __init__(self, source: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., changed_in_last_seconds: _Optional[int] = ..., where_filters: _Optional[_Iterable[_Union[Filter, _Mapping[str, object]]]] = ..., limit: _Optional[int] = ..., column_mappings: _Optional[_Iterable[_Union[TableImportFromTableCommand.ColumnMapping, _Mapping[str, object]]]] = ..., destination: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., import_options: _Optional[_Union[ImportOptions, _Mapping[str, object]]] = ...) -> None: ...

class TableImportResponse(_message.Message):
    __slots__ = ("imported_rows", "table_rows", "table_bytes", "timers", "imported_columns")
    class Timer(_message.Message):
        __slots__ = ("name", "seconds")
        NAME_FIELD_NUMBER: _ClassVar[int]
        SECONDS_FIELD_NUMBER: _ClassVar[int]
        name: str
        seconds: float
        def __init__(self, name: _Optional[str] = ..., seconds: _Optional[float] = ...) -> None: ...
    IMPORTED_ROWS_FIELD_NUMBER: _ClassVar[int]
    TABLE_ROWS_FIELD_NUMBER: _ClassVar[int]
    TABLE_BYTES_FIELD_NUMBER: _ClassVar[int]
    TIMERS_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    imported_rows: int
    table_rows: int
    table_bytes: int
    timers: _containers.RepeatedCompositeFieldContainer[TableImportResponse.Timer]
    imported_columns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, imported_rows: _Optional[int] = ..., table_rows: _Optional[int] = ..., table_bytes: _Optional[int] = ..., timers: _Optional[_Iterable[_Union[TableImportResponse.Timer, _Mapping[str, object]]]] = ..., imported_columns: _Optional[_Iterable[str]] = ...) -> None: ...

class ExportOptions(_message.Message):
    __slots__ = ("compressed", "columns", "order_by", "changes", "where_filters", "limit", "slice_bytes")
    COMPRESSED_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FILTERS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    SLICE_BYTES_FIELD_NUMBER: _ClassVar[int]
    compressed: bool
    columns: _containers.RepeatedScalarFieldContainer[str]
    order_by: _containers.RepeatedCompositeFieldContainer[OrderBy]
    changes: ChangeWindow
    where_filters: _containers.RepeatedCompositeFieldContainer[Filter]
    limit: int
    slice_bytes: int
    def __init__(self, compressed: bool = ..., columns: _Optional[_Iterable[str]] = ..., order_by: _Optional[_Iterable[_Union[OrderBy, _Mapping[str, object]]]] = ..., changes: _Optional[_Union[ChangeWindow, _Mapping[str, object]]] = ..., where_filters: _Optional[_Iterable[_Union[Filter, _Mapping[str, object]]]] = ..., limit: _Optional[int] = ..., slice_bytes: _Optional[int] = ...) -> None: ...

class TableExportToFileCommand(_message.Message):
    __slots__ = ("source", "file_provider", "file_format", "file_path", "file_credentials", "export_options")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    FILE_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    FILE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    FILE_PATH_FIELD_NUMBER: _ClassVar[int]
    FILE_CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    EXPORT_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    source: ObjectRef
    file_provider: FileProvider
    file_format: FileFormat
    file_path: FilePath
    file_credentials: FileCredentials
    export_options: ExportOptions
    def __init__(self, source: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., file_provider: _Optional[_Union[FileProvider, str]] = ..., file_format: _Optional[_Union[FileFormat, str]] = ..., file_path: _Optional[_Union[FilePath, _Mapping[str, object]]] = ..., file_credentials: _Optional[_Union[FileCredentials, _Mapping[str, object]]] = ..., export_options: _Optional[_Union[ExportOptions, _Mapping[str, object]]] = ...) -> None: ...

class TableExportToFileResponse(_message.Message):
    __slots__ = ("table", "files", "rows")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    table: TableInfo
    files: _containers.RepeatedScalarFieldContainer[str]
    rows: int
    def __init__(self, table: _Optional[_Union[TableInfo, _Mapping[str, object]]] = ..., files: _Optional[_Iterable[str]] = ..., rows: _Optional[int] = ...) -> None: ...

class CreateWorkspaceCommand(_message.Message):
    __slots__ = ("stack_prefix", "project_id", "workspace_id", "branch_id", "is_default_branch", "project_user_name", "project_role_name", "project_read_only_role_name", "direct_grant_tables", "database_name")
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ID_FIELD_NUMBER: _ClassVar[int]
    BRANCH_ID_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_BRANCH_FIELD_NUMBER: _ClassVar[int]
    PROJECT_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_READ_ONLY_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DIRECT_GRANT_TABLES_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    stack_prefix: str
    project_id: str
    workspace_id: str
    branch_id: str
    is_default_branch: bool
    project_user_name: str
    project_role_name: str
    project_read_only_role_name: str
    direct_grant_tables: _containers.RepeatedCompositeFieldContainer[ObjectRef]
    database_name: str
    def __init__(self, stack_prefix: _Optional[str] = ..., project_id: _Optional[str] = ..., workspace_id: _Optional[str] = ..., branch_id: _Optional[str] = ..., is_default_branch: bool = ..., project_user_name: _Optional[str] = ..., project_role_name: _Optional[str] = ..., project_read_only_role_name: _Optional[str] = ..., direct_grant_tables: _Optional[_Iterable[_Union[ObjectRef, _Mapping[str, object]]]] = ..., database_name: _Optional[str] = ...) -> None: ...

class CreateWorkspaceResponse(_message.Message):
    __slots__ = ("workspace_user_name", "workspace_role_name", "workspace_password", "workspace_object_name")
    WORKSPACE_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    workspace_user_name: str
    workspace_role_name: str
    workspace_password: str
    workspace_object_name: str
    def __init__(self, workspace_user_name: _Optional[str] = ..., workspace_role_name: _Optional[str] = ..., workspace_password: _Optional[str] = ..., workspace_object_name: _Optional[str] = ...) -> None: ...

class DropWorkspaceCommand(_message.Message):
    __slots__ = ("workspace_user_name", "workspace_role_name", "workspace_object_name", "is_cascade", "database_name")
    WORKSPACE_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    IS_CASCADE_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    workspace_user_name: str
    workspace_role_name: str
    workspace_object_name: str
    is_cascade: bool
    database_name: str
    def __init__(self, workspace_user_name: _Optional[str] = ..., workspace_role_name: _Optional[str] = ..., workspace_object_name: _Optional[str] = ..., is_cascade: bool = ..., database_name: _Optional[str] = ...) -> None: ...

class ClearWorkspaceCommand(_message.Message):
    __slots__ = ("workspace_object_name", "ignore_errors", "objects_to_preserve", "database_name")
    WORKSPACE_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    IGNORE_ERRORS_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_TO_PRESERVE_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    workspace_object_name: str
    ignore_errors: bool
    objects_to_preserve: _containers.RepeatedScalarFieldContainer[str]
    database_name: str
    def __init__(self, workspace_object_name: _Optional[str] = ..., ignore_errors: bool = ..., objects_to_preserve: _Optional[_Iterable[str]] = ..., database_name: _Optional[str] = ...) -> None: ...

class DropWorkspaceObjectCommand(_message.Message):
    __slots__ = ("workspace_object_name", "object_to_drop", "ignore_if_not_exists", "database_name")
    WORKSPACE_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    OBJECT_TO_DROP_FIELD_NUMBER: _ClassVar[int]
    IGNORE_IF_NOT_EXISTS_FIELD_NUMBER: _ClassVar[int]
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    workspace_object_name: str
    object_to_drop: str
    ignore_if_not_exists: bool
    database_name: str
    def __init__(self, workspace_object_name: _Optional[str] = ..., object_to_drop: _Optional[str] = ..., ignore_if_not_exists: bool = ..., database_name: _Optional[str] = ...) -> None: ...

class ResetWorkspacePasswordCommand(_message.Message):
    __slots__ = ("workspace_user_name",)
    WORKSPACE_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    workspace_user_name: str
    def __init__(self, workspace_user_name: _Optional[str] = ...) -> None: ...

class ResetWorkspacePasswordResponse(_message.Message):
    __slots__ = ("workspace_user_name", "workspace_password")
    WORKSPACE_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    workspace_user_name: str
    workspace_password: str
    def __init__(self, workspace_user_name: _Optional[str] = ..., workspace_password: _Optional[str] = ...) -> None: ...

class CreateWorkspaceUserCommand(_message.Message):
    __slots__ = ("stack_prefix", "workspace_id", "workspace_object_name", "workspace_role_name")
    STACK_PREFIX_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    stack_prefix: str
    workspace_id: str
    workspace_object_name: str
    workspace_role_name: str
    def __init__(self, stack_prefix: _Optional[str] = ..., workspace_id: _Optional[str] = ..., workspace_object_name: _Optional[str] = ..., workspace_role_name: _Optional[str] = ...) -> None: ...

class CreateWorkspaceUserResponse(_message.Message):
    __slots__ = ("workspace_user_name", "workspace_password")
    WORKSPACE_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    workspace_user_name: str
    workspace_password: str
    def __init__(self, workspace_user_name: _Optional[str] = ..., workspace_password: _Optional[str] = ...) -> None: ...

class DropWorkspaceUserCommand(_message.Message):
    __slots__ = ("workspace_user_name",)
    WORKSPACE_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    workspace_user_name: str
    def __init__(self, workspace_user_name: _Optional[str] = ...) -> None: ...

class GrantWorkspaceAccessToProjectCommand(_message.Message):
    __slots__ = ("workspace_object_name", "project_user_name", "project_role_name")
    WORKSPACE_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    workspace_object_name: str
    project_user_name: str
    project_role_name: str
    def __init__(self, workspace_object_name: _Optional[str] = ..., project_user_name: _Optional[str] = ..., project_role_name: _Optional[str] = ...) -> None: ...

class RevokeWorkspaceAccessToProjectCommand(_message.Message):
    __slots__ = ("workspace_object_name", "project_user_name", "project_role_name")
    WORKSPACE_OBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_USER_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    workspace_object_name: str
    project_user_name: str
    project_role_name: str
    def __init__(self, workspace_object_name: _Optional[str] = ..., project_user_name: _Optional[str] = ..., project_role_name: _Optional[str] = ...) -> None: ...

class LoadTableToWorkspaceCommand(_message.Message):
    __slots__ = ("source", "destination", "import_options", "column_mappings", "where_filters", "limit", "changed_in_last_seconds")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    IMPORT_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    COLUMN_MAPPINGS_FIELD_NUMBER: _ClassVar[int]
    WHERE_FILTERS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_IN_LAST_SECONDS_FIELD_NUMBER: _ClassVar[int]
    source: ObjectRef
    destination: ObjectRef
    import_options: ImportOptions
    column_mappings: _containers.RepeatedCompositeFieldContainer[TableImportFromTableCommand.ColumnMapping]
    where_filters: _containers.RepeatedCompositeFieldContainer[Filter]
    limit: int
    changed_in_last_seconds: int
    def __init__(self, source: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., destination: _Optional[_Union[ObjectRef, _Mapping[str, object]]] = ..., import_options: _Optional[_Union[ImportOptions, _Mapping[str, object]]] = ..., column_mappings: _Optional[_Iterable[_Union[TableImportFromTableCommand.ColumnMapping, _Mapping[str, object]]]] = ..., where_filters: _Optional[_Iterable[_Union[Filter, _Mapping[str, object]]]] = ..., limit: _Optional[int] = ..., changed_in_last_seconds: _Optional[int] = ...) -> None: ...

class ObjectInfoCommand(_message.Message):
    __slots__ = ("path", "expected_kind", "name")
    PATH_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    expected_kind: ObjectKind
    name: str
    def __init__(self, path: _Optional[_Iterable[str]] = ..., expected_kind: _Optional[_Union[ObjectKind, str]] = ..., name: _Optional[str] = ...) -> None: ...

class ListSchemasCommand(_message.Message):
    __slots__ = ("database_name",)
    DATABASE_NAME_FIELD_NUMBER: _ClassVar[int]
    database_name: str
    def __init__(self, database_name: _Optional[str] = ...) -> None: ...

class ListSchemasResponse(_message.Message):
    __slots__ = ("schemas",)
    SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    schemas: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, schemas: _Optional[_Iterable[str]] = ...) -> None: ...

class ExecuteQueryCommand(_message.Message):
    __slots__ = ("path_restriction", "timeout_seconds", "query", "max_rows")
    PATH_RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    MAX_ROWS_FIELD_NUMBER: _ClassVar[int]
    path_restriction: _containers.RepeatedScalarFieldContainer[str]
    timeout_seconds: int
    query: str
    max_rows: int
    def __init__(self, path_restriction: _Optional[_Iterable[str]] = ..., timeout_seconds: _Optional[int] = ..., query: _Optional[str] = ..., max_rows: _Optional[int] = ...) -> None: ...

class ExecuteQueryResponse(_message.Message):
    __slots__ = ("status", "columns", "row_count", "message", "code", "affected_rows")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SUCCESS: _ClassVar[ExecuteQueryResponse.Status]
        ERROR: _ClassVar[ExecuteQueryResponse.Status]
    SUCCESS: ExecuteQueryResponse.Status
    ERROR: ExecuteQueryResponse.Status
    STATUS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    AFFECTED_ROWS_FIELD_NUMBER: _ClassVar[int]
    status: ExecuteQueryResponse.Status
    columns: _containers.RepeatedCompositeFieldContainer[PreviewTableResponse.Column]
    row_count: int
    message: str
    code: int
    affected_rows: int
    def __init__(self, status: _Optional[_Union[ExecuteQueryResponse.Status, str]] = ..., columns: _Optional[_Iterable[_Union[PreviewTableResponse.Column, _Mapping[str, object]]]] = ..., row_count: _Optional[int] = ..., message: _Optional[str] = ..., code: _Optional[int] = ..., affected_rows: _Optional[int] = ...) -> None: ...

#pragma once

#include "client/src/transport.h"
#include "etcdpp/maintenance.h"

namespace etcdpp {

// Maintenance.Snapshot in its two forms. See MaintenanceService.

Result<SnapshotResponse> TakeSnapshot(Transport& transport, SnapshotParams params);

void StartSnapshot(Transport& transport, SnapshotParams params, Callback<SnapshotResponse> done);

}  // namespace etcdpp

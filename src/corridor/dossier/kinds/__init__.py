"""Every kind of request Corridor knows, where one can see them all."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.dossier.kinds.contact_point import CONTACT_POINT
from corridor.dossier.kinds.content_interception import CONTENT_INTERCEPTION
from corridor.dossier.kinds.emergency_assistance import EMERGENCY_ASSISTANCE
from corridor.dossier.kinds.extradition import EXTRADITION
from corridor.dossier.kinds.joint_investigations import JOINT_INVESTIGATIONS
from corridor.dossier.kinds.jurisdiction_consultation import JURISDICTION_CONSULTATION
from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.law_enforcement import LAW_ENFORCEMENT
from corridor.dossier.kinds.mutual_assistance import MUTUAL_ASSISTANCE
from corridor.dossier.kinds.preservation import PRESERVATION
from corridor.dossier.kinds.realtime_traffic import REALTIME_TRAFFIC
from corridor.dossier.kinds.sentenced_persons import SENTENCED_PERSONS
from corridor.dossier.kinds.spontaneous_information import SPONTANEOUS_INFORMATION
from corridor.dossier.kinds.stored_data import STORED_DATA
from corridor.dossier.kinds.transfer_of_proceedings import TRANSFER_OF_PROCEEDINGS

_KINDS = (
    PRESERVATION,
    STORED_DATA,
    MUTUAL_ASSISTANCE,
    CONTACT_POINT,
    EMERGENCY_ASSISTANCE,
    REALTIME_TRAFFIC,
    CONTENT_INTERCEPTION,
    EXTRADITION,
    SENTENCED_PERSONS,
    TRANSFER_OF_PROCEEDINGS,
    JURISDICTION_CONSULTATION,
    JOINT_INVESTIGATIONS,
    SPONTANEOUS_INFORMATION,
    LAW_ENFORCEMENT,
)

REGISTRY: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}

__all__ = ["REGISTRY", "Kind"]

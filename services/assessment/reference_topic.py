"""Where reference data (基础数据) is published and who keeps it."""

from shared.domain.permission import SYSTEM_MAY, anywhere, office

TOPIC = "gongkai.reference"
KEEPERS = (office(), anywhere("security_admin"), SYSTEM_MAY)
"""The county office (县政府办), the security administrator (安全管理员), and the system when it seeds or imports."""

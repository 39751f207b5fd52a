"""All attacks, by kind."""

import attacks_notebooks
import attacks_patches
import attacks_protocol
import attacks_system
import attacks_things
import attacks_uses
import attacks_values

ATTACKS = [
    *attacks_notebooks.TAMPERED,
    *attacks_notebooks.BROKEN,
    *attacks_notebooks.FOLDERS,
    *attacks_values.LOOKALIKES,
    *attacks_values.HUGE,
    *attacks_values.KINDS,
    *attacks_values.FUNCTIONS,
    *attacks_patches.LIBRARIES,
    *attacks_patches.HOOKS,
    *attacks_patches.SHOWN,
    *attacks_protocol.FORGED,
    *attacks_system.READING,
    *attacks_system.LEAVING,
    *attacks_system.NETWORK,
    *attacks_system.FLOODS,
    *attacks_system.ENDINGS,
    *attacks_uses.USES,
    *attacks_things.THINGS,
]

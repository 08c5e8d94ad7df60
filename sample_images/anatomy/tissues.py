"""What tissues are made of, as X-rays see them.

CT numbers are in Hounsfield units, HU = 1000 (mu / mu(water) - 1); radiographs need the same
relative attenuation. Bone takes away more of a radiograph's beam than its CT number says, because
calcium's photoelectric absorption grows as the energy falls: `BONE_IN_RADIOGRAPHS`.
"""

from typing import Final

AIR: Final = -1000.0
LUNG: Final = -870.0  # parenchyma between the vessels that are drawn one by one
FAT: Final = -100.0
WATER: Final = 0.0
EFFUSION: Final = 12.0
MUSCLE: Final = 55.0
BLOOD: Final = 42.0
LIVER: Final = 60.0
SPLEEN: Final = 50.0
STOMACH: Final = 25.0
GLAND: Final = 30.0  # of the breast
CARTILAGE: Final = 105.0
CANCELLOUS_BONE: Final = 230.0
CORTICAL_BONE: Final = 1150.0
TITANIUM: Final = 9000.0
PLATINUM: Final = 30000.0

BONE_IN_RADIOGRAPHS: Final = 1.45
WATER_ATTENUATION: Final = 0.0202  # per mm, at the mean energy of a 125 kV chest beam

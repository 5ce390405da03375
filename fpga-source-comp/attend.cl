#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void attend(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *q, __global uchar *k, __global uchar *v, __global uchar *mask, __global uchar *o, __global uchar *dims, __global uchar *scalars)
{
  bool b_47, b_131, b_137, b_134, b_58; 
  float f_107, f_113, f_119, f_92, f_91, f_94, f_93, f_101, f_138, f_140, f_139, f_142, f_141, f_144, f_143, f_146, f_145, f_148, f_147, f_150, f_149, f_152, f_151, f_126, f_125, f_128, f_127, f_129, f_132, f_133, f_136, f_135, f_44, f_43, f_173, f_179, f_154, f_153, f_32, f_161, f_167, f_74, f_201, f_75, f_208, f_209, f_186, f_185, f_188, f_60, f_187, f_59, f_190, f_189, f_191, f_194, f_193, f_196, f_195, f_200; 
  ulong ul_17, ul_19, ul_160, ul_100, ul_166, ul_106, ul_41, ul_172, ul_112, ul_178, ul_118, ul_184, ul_55, ul_124, ul_0, ul_2, ul_1, ul_4, ul_3, ul_6, ul_5, ul_10, ul_9, ul_12, ul_11, ul_14, ul_13, ul_15, ul_207; 
  int i_33, i_34, i_162, i_31, i_37, i_35, i_36, i_42, i_168, i_45, i_46, i_174, i_49, i_50, i_48, i_51, i_52, i_180, i_57, i_61, i_62, i_65, i_66, i_63, i_64, i_192, i_69, i_197, i_70, i_198, i_67, i_68, i_73, i_202, i_71, i_199, i_72, i_77, i_78, i_203, i_76, i_81, i_82, i_210, i_79, i_80, i_85, i_86, i_83, i_211, i_84, i_212, i_89, i_90, i_87, i_88, i_95, i_96, i_102, i_108, i_114, i_120, i_130, i_7, i_8, i_18, i_16, i_21, i_22, i_20, i_25, i_26, i_23, i_24, i_29, i_30, i_27, i_155, i_28, i_156; 
  char ch_56; 
  long l_39, l_103, l_40, l_104, l_105, l_169, l_170, l_171, l_109, l_110, l_159, l_97, l_98, l_99, l_163, l_164, l_165, l_38, l_157, l_158, l_204, l_205, l_206, l_183, l_121, l_122, l_123, l_111, l_175, l_176, l_177, l_115, l_116, l_53, l_117, l_181, l_54, l_182; 

  // BLOCK 0
  ul_0  =  (ulong) q;
  ul_1  =  (ulong) k;
  ul_2  =  (ulong) v;
  ul_3  =  (ulong) mask;
  ul_4  =  (ulong) o;
  ul_5  =  (ulong) dims;
  ul_6  =  (ulong) scalars;
  i_7  =  get_global_size(0);
  i_8  =  get_global_size(1);
  ul_9  =  ul_6 + 16L;
  ul_10  =  ul_5 + 44L;
  ul_11  =  ul_5 + 40L;
  ul_12  =  ul_5 + 36L;
  ul_13  =  ul_5 + 32L;
  ul_14  =  ul_5 + 28L;
  ul_15  =  ul_5 + 20L;
  i_16  =  get_global_id(0);
  ul_17  =  ul_5 + 24L;
  i_18  =  get_global_id(1);
  ul_19  =  ul_5 + 16L;
  // BLOCK 1 MERGES [0 41 ]
  i_20  =  i_18;
  for(;;)
  {
    i_21  =  *((__global int *) ul_19);
    if(!(i_20 < i_21))
    {
      break;
    }
    // BLOCK 2
    // BLOCK 3 MERGES [2 40 ]
    i_22  =  i_16;
    for(;;)
    {
      i_23  =  *((__global int *) ul_17);
      if(!(i_22 < i_23))
      {
        break;
      }
      // BLOCK 4
      i_24  =  *((__global int *) ul_19);
      i_25  =  *((__global int *) ul_15);
      i_26  =  *((__global int *) ul_17);
      i_27  =  *((__global int *) ul_14);
      i_28  =  *((__global int *) ul_13);
      i_29  =  *((__global int *) ul_12);
      i_30  =  *((__global int *) ul_11);
      i_31  =  *((__global int *) ul_10);
      f_32  =  *((__global float *) ul_9);
      i_33  =  i_26 * i_20;
      i_34  =  i_33 + i_22;
      i_35  =  i_34 * i_27;
      // BLOCK 5 MERGES [4 6 ]
      i_36  =  0;
      for(;i_36 < i_27;)
      {
        // BLOCK 6
        i_37  =  i_35 + i_36;
        l_38  =  (long) i_37;
        l_39  =  l_38 + 4L;
        l_40  =  l_39 << 2;
        ul_41  =  ul_4 + l_40;
        *((__global float *) ul_41)  =  0.0F;
        i_42  =  i_36 + 1;
        i_36  =  i_42;
      }  // B5
      // BLOCK 7
      // BLOCK 8 MERGES [7 33 ]
      f_43  =  -1.0E30F;
      f_44  =  0.0F;
      i_45  =  0;
      for(;i_45 < i_31;)
      {
        // BLOCK 9
        i_46  =  i_45 + 1;
        b_47  =  i_29 == 1;
        if(b_47)
        {
          // BLOCK 10
          i_48  =  i_20 * i_31;
          i_49  =  i_22 / i_30;
          i_50  =  i_48 + i_49;
          i_51  =  i_50 * i_31;
          i_52  =  i_51 + i_45;
          l_53  =  (long) i_52;
          l_54  =  l_53 + 16L;
          ul_55  =  ul_3 + l_54;
          ch_56  =  *((__global char *) ul_55);
          i_57  =  (int) ch_56;
          b_58  =  i_57 == 0;
          if(b_58)
          {
            // BLOCK 11
            f_59  =  f_43;
            f_60  =  f_44;
            // BLOCK 33 MERGES [11 32 ]
            i_198  =  i_46;
            f_43  =  f_59;
            f_44  =  f_60;
            i_45  =  i_198;
          }  // B10
          else
          {
            // BLOCK 12
          }  // B10
        }  // B9
        else
        {
          // BLOCK 13
        }  // B9
        // BLOCK 14 MERGES [12 13 ]
        i_61  =  i_45 * i_30;
        i_62  =  i_61 + i_30;
        i_63  =  i_22 + 1;
        i_64  =  i_63 * i_28;
        i_65  =  1 - i_28;
        i_66  =  i_65 * i_26;
        i_67  =  i_64 + i_66;
        i_68  =  min(i_62, i_67);
        i_69  =  i_68 + -1;
        i_70  =  i_24 / i_25;
        i_71  =  i_20 / i_70;
        i_72  =  i_71 * i_26;
        i_73  =  i_72 * i_27;
        // BLOCK 15 MERGES [14 31 ]
        f_74  =  f_43;
        f_75  =  f_44;
        i_76  =  i_61;
        for(;i_76 < i_68;)
        {
          // BLOCK 16
          i_77  =  i_76 + 3;
          i_78  =  min(i_77, i_69);
          i_79  =  i_78 * i_27;
          i_80  =  i_73 + i_79;
          i_81  =  i_76 + 2;
          i_82  =  min(i_81, i_69);
          i_83  =  i_82 * i_27;
          i_84  =  i_83 + i_73;
          i_85  =  i_76 + 1;
          i_86  =  min(i_85, i_69);
          i_87  =  i_86 * i_27;
          i_88  =  i_87 + i_73;
          i_89  =  i_76 * i_27;
          i_90  =  i_89 + i_73;
          // BLOCK 17 MERGES [16 18 ]
          f_91  =  0.0F;
          f_92  =  0.0F;
          f_93  =  0.0F;
          f_94  =  0.0F;
          i_95  =  0;
          for(;i_95 < i_27;)
          {
            // BLOCK 18
            i_96  =  i_35 + i_95;
            l_97  =  (long) i_96;
            l_98  =  l_97 + 4L;
            l_99  =  l_98 << 2;
            ul_100  =  ul_0 + l_99;
            f_101  =  *((__global float *) ul_100);
            i_102  =  i_90 + i_95;
            l_103  =  (long) i_102;
            l_104  =  l_103 + 4L;
            l_105  =  l_104 << 2;
            ul_106  =  ul_1 + l_105;
            f_107  =  *((__global float *) ul_106);
            i_108  =  i_88 + i_95;
            l_109  =  (long) i_108;
            l_110  =  l_109 + 4L;
            l_111  =  l_110 << 2;
            ul_112  =  ul_1 + l_111;
            f_113  =  *((__global float *) ul_112);
            i_114  =  i_84 + i_95;
            l_115  =  (long) i_114;
            l_116  =  l_115 + 4L;
            l_117  =  l_116 << 2;
            ul_118  =  ul_1 + l_117;
            f_119  =  *((__global float *) ul_118);
            i_120  =  i_80 + i_95;
            l_121  =  (long) i_120;
            l_122  =  l_121 + 4L;
            l_123  =  l_122 << 2;
            ul_124  =  ul_1 + l_123;
            f_125  =  *((__global float *) ul_124);
            f_126  =  fma(f_101, f_125, f_94);
            f_127  =  fma(f_101, f_119, f_93);
            f_128  =  fma(f_101, f_113, f_92);
            f_129  =  fma(f_101, f_107, f_91);
            i_130  =  i_95 + 1;
            f_91  =  f_129;
            f_92  =  f_128;
            f_93  =  f_127;
            f_94  =  f_126;
            i_95  =  i_130;
          }  // B17
          // BLOCK 19
          b_131  =  i_69 < i_85;
          if(b_131)
          {
            // BLOCK 20
            f_132  =  -1.0E30F;
          }  // B19
          else
          {
            // BLOCK 21
            f_133  =  f_32 * f_92;
            f_132  =  f_133;
          }  // B19
          // BLOCK 22 MERGES [21 20 ]
          b_134  =  i_69 < i_81;
          if(b_134)
          {
            // BLOCK 23
            f_135  =  -1.0E30F;
          }  // B22
          else
          {
            // BLOCK 24
            f_136  =  f_93 * f_32;
            f_135  =  f_136;
          }  // B22
          // BLOCK 25 MERGES [24 23 ]
          b_137  =  i_69 < i_77;
          if(b_137)
          {
            // BLOCK 26
            f_138  =  -1.0E30F;
          }  // B25
          else
          {
            // BLOCK 27
            f_139  =  f_94 * f_32;
            f_138  =  f_139;
          }  // B25
          // BLOCK 28 MERGES [27 26 ]
          f_140  =  f_91 * f_32;
          f_141  =  fmax(f_140, f_132);
          f_142  =  fmax(f_135, f_138);
          f_143  =  fmax(f_141, f_142);
          f_144  =  fmax(f_74, f_143);
          f_145  =  f_74 - f_144;
          f_146  =  exp(f_145);
          f_147  =  f_140 - f_144;
          f_148  =  exp(f_147);
          f_149  =  f_132 - f_144;
          f_150  =  exp(f_149);
          f_151  =  f_135 - f_144;
          f_152  =  exp(f_151);
          f_153  =  f_138 - f_144;
          f_154  =  exp(f_153);
          // BLOCK 29 MERGES [28 30 ]
          i_155  =  0;
          for(;i_155 < i_27;)
          {
            // BLOCK 30
            i_156  =  i_35 + i_155;
            l_157  =  (long) i_156;
            l_158  =  l_157 + 4L;
            l_159  =  l_158 << 2;
            ul_160  =  ul_4 + l_159;
            f_161  =  *((__global float *) ul_160);
            i_162  =  i_90 + i_155;
            l_163  =  (long) i_162;
            l_164  =  l_163 + 4L;
            l_165  =  l_164 << 2;
            ul_166  =  ul_2 + l_165;
            f_167  =  *((__global float *) ul_166);
            i_168  =  i_88 + i_155;
            l_169  =  (long) i_168;
            l_170  =  l_169 + 4L;
            l_171  =  l_170 << 2;
            ul_172  =  ul_2 + l_171;
            f_173  =  *((__global float *) ul_172);
            i_174  =  i_84 + i_155;
            l_175  =  (long) i_174;
            l_176  =  l_175 + 4L;
            l_177  =  l_176 << 2;
            ul_178  =  ul_2 + l_177;
            f_179  =  *((__global float *) ul_178);
            i_180  =  i_80 + i_155;
            l_181  =  (long) i_180;
            l_182  =  l_181 + 4L;
            l_183  =  l_182 << 2;
            ul_184  =  ul_2 + l_183;
            f_185  =  *((__global float *) ul_184);
            f_186  =  f_150 * f_173;
            f_187  =  fma(f_148, f_167, f_186);
            f_188  =  fma(f_146, f_161, f_187);
            f_189  =  f_154 * f_185;
            f_190  =  fma(f_152, f_179, f_189);
            f_191  =  f_188 + f_190;
            *((__global float *) ul_160)  =  f_191;
            i_192  =  i_155 + 1;
            i_155  =  i_192;
          }  // B29
          // BLOCK 31
          f_193  =  f_148 + f_150;
          f_194  =  fma(f_75, f_146, f_193);
          f_195  =  f_152 + f_154;
          f_196  =  f_194 + f_195;
          i_197  =  i_76 + 4;
          f_74  =  f_144;
          f_75  =  f_196;
          i_76  =  i_197;
        }  // B15
        // BLOCK 32
        f_59  =  f_74;
        f_60  =  f_75;
        // BLOCK 33 MERGES [11 32 ]
        i_198  =  i_46;
        f_43  =  f_59;
        f_44  =  f_60;
        i_45  =  i_198;
      }  // B8
      // BLOCK 34
      i_199  =  isless(0.0F, f_44);
      if(i_199 == 1)
      {
        // BLOCK 35
        f_200  =  1.0F / f_44;
        f_201  =  f_200;
      }  // B34
      else
      {
        // BLOCK 36
        f_201  =  0.0F;
      }  // B34
      // BLOCK 37 MERGES [36 35 ]
      // BLOCK 38 MERGES [37 39 ]
      i_202  =  0;
      for(;i_202 < i_27;)
      {
        // BLOCK 39
        i_203  =  i_35 + i_202;
        l_204  =  (long) i_203;
        l_205  =  l_204 + 4L;
        l_206  =  l_205 << 2;
        ul_207  =  ul_4 + l_206;
        f_208  =  *((__global float *) ul_207);
        f_209  =  f_201 * f_208;
        *((__global float *) ul_207)  =  f_209;
        i_210  =  i_202 + 1;
        i_202  =  i_210;
      }  // B38
      // BLOCK 40
      i_211  =  i_7 + i_22;
      i_22  =  i_211;
    }  // B3
    // BLOCK 41
    i_212  =  i_8 + i_20;
    i_20  =  i_212;
  }  // B1
  // BLOCK 42
  return;
}  //  kernel

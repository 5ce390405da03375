#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void scan(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *u, __global uchar *delta, __global uchar *a, __global uchar *b, __global uchar *c, __global uchar *d, __global uchar *z, __global uchar *deltaBias, __global uchar *h0, __global uchar *y, __global uchar *lastState, __global uchar *dims)
{
  bool b_49, b_37, b_53, b_114, b_71; 
  float f_106, f_105, f_44, f_108, f_43, f_107, f_109, f_112, f_111, f_52, f_116, f_51, f_118, f_117, f_56, f_55, f_119, f_89, f_96, f_97, f_74, f_73, f_76, f_75, f_78, f_77, f_80, f_79, f_82, f_81, f_84, f_83, f_86, f_85, f_88, f_87, f_122, f_121, f_124, f_123, f_126, f_125, f_130, f_67, f_70, f_69, f_72; 
  ulong ul_18, ul_17, ul_20, ul_19, ul_22, ul_21, ul_24, ul_95, ul_104, ul_42, ul_110, ul_50, ul_115, ul_54, ul_0, ul_127, ul_2, ul_66, ul_1, ul_4, ul_68, ul_3, ul_6, ul_5, ul_8, ul_7, ul_135, ul_10, ul_9, ul_11, ul_16, ul_15; 
  int i_33, i_34, i_98, i_31, i_32, i_38, i_35, i_99, i_36, i_100, i_45, i_113, i_57, i_58, i_120, i_61, i_62, i_59, i_60, i_129, i_128, i_131, i_137, i_136, i_14, i_25, i_26, i_90, i_23, i_29, i_30, i_27, i_91, i_28; 
  long l_39, l_103, l_40, l_41, l_46, l_63, l_64, l_65, l_132, l_101, l_133, l_102, l_134, l_92, l_93, l_94, l_47, l_48; 

  // BLOCK 0
  ul_0  =  (ulong) u;
  ul_1  =  (ulong) delta;
  ul_2  =  (ulong) a;
  ul_3  =  (ulong) b;
  ul_4  =  (ulong) c;
  ul_5  =  (ulong) d;
  ul_6  =  (ulong) z;
  ul_7  =  (ulong) deltaBias;
  ul_8  =  (ulong) h0;
  ul_9  =  (ulong) y;
  ul_10  =  (ulong) lastState;
  ul_11  =  (ulong) dims;
  __private float ul_12[64];
  __private float* ul_13 = ul_12;
  i_14  =  get_global_size(0);
  ul_15  =  ul_11 + 48L;
  ul_16  =  ul_11 + 44L;
  ul_17  =  ul_11 + 40L;
  ul_18  =  ul_11 + 36L;
  ul_19  =  ul_11 + 32L;
  ul_20  =  ul_11 + 28L;
  ul_21  =  ul_11 + 24L;
  ul_22  =  ul_11 + 20L;
  i_23  =  get_global_id(0);
  ul_24  =  ul_11 + 16L;
  // BLOCK 1 MERGES [0 32 ]
  i_25  =  i_23;
  for(;;)
  {
    i_26  =  *((__global int *) ul_24);
    if(!(i_25 < i_26))
    {
      break;
    }
    // BLOCK 2
    i_27  =  *((__global int *) ul_22);
    i_28  =  *((__global int *) ul_21);
    i_29  =  *((__global int *) ul_20);
    i_30  =  *((__global int *) ul_19);
    i_31  =  *((__global int *) ul_18);
    i_32  =  *((__global int *) ul_17);
    i_33  =  *((__global int *) ul_16);
    i_34  =  *((__global int *) ul_15);
    i_35  =  i_28 * i_25;
    // BLOCK 3 MERGES [2 7 ]
    i_36  =  0;
    for(;i_36 < i_28;)
    {
      // BLOCK 4
      b_37  =  i_34 == 1;
      if(b_37)
      {
        // BLOCK 5
        i_38  =  i_35 + i_36;
        l_39  =  (long) i_38;
        l_40  =  l_39 + 4L;
        l_41  =  l_40 << 2;
        ul_42  =  ul_8 + l_41;
        f_43  =  *((__global float *) ul_42);
        f_44  =  f_43;
      }  // B4
      else
      {
        // BLOCK 6
        f_44  =  0.0F;
      }  // B4
      // BLOCK 7 MERGES [6 5 ]
      ul_13[i_36]  =  f_44;
      i_45  =  i_36 + 1;
      i_36  =  i_45;
    }  // B3
    // BLOCK 8
    l_46  =  (long) i_25;
    l_47  =  l_46 + 4L;
    l_48  =  l_47 << 2;
    b_49  =  i_33 == 1;
    if(b_49)
    {
      // BLOCK 9
      ul_50  =  ul_7 + l_48;
      f_51  =  *((__global float *) ul_50);
      f_52  =  f_51;
    }  // B8
    else
    {
      // BLOCK 10
      f_52  =  0.0F;
    }  // B8
    // BLOCK 11 MERGES [10 9 ]
    b_53  =  i_31 == 1;
    if(b_53)
    {
      // BLOCK 12
      ul_54  =  ul_5 + l_48;
      f_55  =  *((__global float *) ul_54);
      f_56  =  f_55;
    }  // B11
    else
    {
      // BLOCK 13
      f_56  =  0.0F;
    }  // B11
    // BLOCK 14 MERGES [13 12 ]
    i_57  =  i_25 / i_29;
    i_58  =  i_57 * i_28;
    i_59  =  i_58 * i_27;
    i_60  =  i_25 * i_27;
    // BLOCK 15 MERGES [14 28 ]
    i_61  =  0;
    for(;i_61 < i_27;)
    {
      // BLOCK 16
      i_62  =  i_60 + i_61;
      l_63  =  (long) i_62;
      l_64  =  l_63 + 4L;
      l_65  =  l_64 << 2;
      ul_66  =  ul_0 + l_65;
      f_67  =  *((__global float *) ul_66);
      ul_68  =  ul_1 + l_65;
      f_69  =  *((__global float *) ul_68);
      f_70  =  f_52 + f_69;
      b_71  =  i_30 == 1;
      if(b_71)
      {
        // BLOCK 17
        f_72  =  fabs(f_70);
        f_73  =  -f_72;
        f_74  =  exp(f_73);
        f_75  =  fma(f_74, -0.0033184744F, 0.020204594F);
        f_76  =  fma(f_74, f_75, -0.05766446F);
        f_77  =  fma(f_74, f_76, 0.10680557F);
        f_78  =  fma(f_74, f_77, -0.15355398F);
        f_79  =  fma(f_74, f_78, 0.19695401F);
        f_80  =  fma(f_74, f_79, -0.24958588F);
        f_81  =  fma(f_74, f_80, 0.33330512F);
        f_82  =  fma(f_74, f_81, -0.4999993F);
        f_83  =  fma(f_74, f_82, 1.0F);
        f_84  =  fmax(f_70, 0.0F);
        f_85  =  fma(f_74, f_83, f_84);
        f_86  =  f_85;
      }  // B16
      else
      {
        // BLOCK 18
        f_86  =  f_70;
      }  // B16
      // BLOCK 19 MERGES [18 17 ]
      f_87  =  f_86 * f_67;
      f_88  =  f_56 * f_67;
      // BLOCK 20 MERGES [19 21 ]
      f_89  =  f_88;
      i_90  =  0;
      for(;i_90 < i_28;)
      {
        // BLOCK 21
        i_91  =  i_35 + i_90;
        l_92  =  (long) i_91;
        l_93  =  l_92 + 4L;
        l_94  =  l_93 << 2;
        ul_95  =  ul_2 + l_94;
        f_96  =  *((__global float *) ul_95);
        f_97  =  ul_13[i_90];
        i_98  =  i_90 * i_27;
        i_99  =  i_59 + i_98;
        i_100  =  i_99 + i_61;
        l_101  =  (long) i_100;
        l_102  =  l_101 + 4L;
        l_103  =  l_102 << 2;
        ul_104  =  ul_3 + l_103;
        f_105  =  *((__global float *) ul_104);
        f_106  =  f_96 * f_86;
        f_107  =  exp(f_106);
        f_108  =  f_87 * f_105;
        f_109  =  fma(f_107, f_97, f_108);
        ul_13[i_90]  =  f_109;
        ul_110  =  ul_4 + l_103;
        f_111  =  *((__global float *) ul_110);
        f_112  =  fma(f_109, f_111, f_89);
        i_113  =  i_90 + 1;
        f_89  =  f_112;
        i_90  =  i_113;
      }  // B20
      // BLOCK 22
      b_114  =  i_32 == 1;
      if(b_114)
      {
        // BLOCK 23
        ul_115  =  ul_6 + l_65;
        f_116  =  *((__global float *) ul_115);
        f_117  =  fabs(f_116);
        f_118  =  -f_117;
        f_119  =  exp(f_118);
        i_120  =  isless(f_116, 0.0F);
        if(i_120 == 1)
        {
          // BLOCK 24
          f_121  =  f_119;
        }  // B23
        else
        {
          // BLOCK 25
          f_121  =  1.0F;
        }  // B23
        // BLOCK 26 MERGES [25 24 ]
        f_122  =  f_119 + 1.0F;
        f_123  =  f_121 / f_122;
        f_124  =  f_123 * f_116;
        f_125  =  f_124 * f_89;
        f_126  =  f_125;
      }  // B22
      else
      {
        // BLOCK 27
        f_126  =  f_89;
      }  // B22
      // BLOCK 28 MERGES [27 26 ]
      ul_127  =  ul_9 + l_65;
      *((__global float *) ul_127)  =  f_126;
      i_128  =  i_61 + 1;
      i_61  =  i_128;
    }  // B15
    // BLOCK 29
    // BLOCK 30 MERGES [29 31 ]
    i_129  =  0;
    for(;i_129 < i_28;)
    {
      // BLOCK 31
      f_130  =  ul_13[i_129];
      i_131  =  i_35 + i_129;
      l_132  =  (long) i_131;
      l_133  =  l_132 + 4L;
      l_134  =  l_133 << 2;
      ul_135  =  ul_10 + l_134;
      *((__global float *) ul_135)  =  f_130;
      i_136  =  i_129 + 1;
      i_129  =  i_136;
    }  // B30
    // BLOCK 32
    i_137  =  i_14 + i_25;
    i_25  =  i_137;
  }  // B1
  // BLOCK 33
  return;
}  //  kernel
